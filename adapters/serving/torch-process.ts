import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { UnreachableError } from '../../domain/errors.js';
import { environment, projectRoot } from '../config.js';
import { readMlState, readToolPaths } from '../toolchain.js';
import { openModelServer, readJson, type ModelServer } from './model-server.js';
import type { TorchPlace } from './torchscript.js';

/** Reading onnxruntime from a cold disk; PyTorch is read with the first file that needs it. */
const START_MS = 60_000;
const REQUEST_MS = 30_000;
const TAIL_CHARACTERS = 600;
const INSTALL = 'node infra/bootstrap.mjs prepare';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;
interface Running {
  child: Child;
  server: ModelServer;
}

/**
 * A Python process of one's own on a free port of 127.0.0.1, with a key that only this process knows. It is started at
 * the first use, again at the next use after it has ended, and never outlives this process.
 */
export function torchProcess(options: { lanes: number; threads: number; device: string }): TorchPlace {
  let running: Promise<Running> | null = null;
  let closed = false;
  const forget = (which: Promise<Running>): void => {
    if (running === which) running = null;
  };
  const begin = (): Promise<Running> => {
    const starting = start(options);
    running = starting;
    const gone = (): void => forget(starting);
    starting.then(({ child, server }) => {
      child.once('exit', () => (gone(), void server.close()));
      // Between its death and the news of it.
      if (child.exitCode !== null || child.signalCode !== null) gone();
    }, gone);
    return starting;
  };
  return {
    async server() {
      if (closed) throw new UnreachableError('The serving port torchscript: is closed');
      const which = running ?? begin();
      const held = await which;
      return {
        ...held.server,
        ask: (request) =>
          held.server.ask(request).catch((error: unknown) => {
            // It died, or it hangs, and then its lane is lost: the next batch shall find another process. A look at its
            // health may be late without that.
            if (request.method !== 'GET') {
              forget(which);
              void end(held);
            }
            throw error;
          }),
      };
    },
    async close() {
      closed = true;
      const held = await running?.catch(() => null);
      if (held) await end(held);
    },
  };
}

/** What hangs would not end by itself. */
async function end({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  // Nothing else may keep this process, and its end is waited for.
  child.ref();
  child.kill('SIGKILL');
  await ended;
}

/** @throws UnreachableError with the cure where Python is not installed, with its last words where it ends */
async function start(options: { lanes: number; threads: number; device: string }): Promise<Running> {
  const { state, reason } = readMlState();
  if (state !== 'ready')
    throw new UnreachableError(
      `torchscript: in SERVING_URL needs the Python environment, which is ${state} (${reason.split('\n')[0]}); run: ${INSTALL}`,
    );
  const key = randomBytes(24).toString('hex');
  const child = spawnServer(options);
  child.stdin.write(`${key}\n`);
  const port = await readyPort(child);
  // A port that nobody closed must not keep its process.
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as Socket).unref();
  const server = openModelServer({
    origin: `http://127.0.0.1:${port}`,
    ...{ name: `The Python process of torchscript: (pid ${child.pid})`, timeoutMs: REQUEST_MS },
    headers: { authorization: `Bearer ${key}` },
  });
  return { child, server };
}

function spawnServer({ lanes, threads, device }: { lanes: number; threads: number; device: string }): Child {
  const settings = ['--lanes', String(lanes), '--threads', String(threads), '--device', device];
  const child = spawn(
    readToolPaths().mlPython,
    ['-m', 'finsight_ml', 'serve', '--key-from-stdin', ...settings],
    { cwd: join(projectRoot(), 'ml-pipelines'), env: environment(), stdio: ['pipe', 'pipe', 'pipe'] },
  );
  // It ends when stdin does; this is for a Python that hangs before it looks.
  const leave = (): void => void child.kill('SIGKILL');
  process.once('exit', leave);
  child.once('exit', () => process.off('exit', leave));
  child.stdin.on('error', () => undefined);
  return child;
}

/** The port that the process tells on its first line. */
function readyPort(child: Child): Promise<number> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-TAIL_CHARACTERS);
  });
  return new Promise((done, fail) => {
    const give = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      fail(
        new UnreachableError(
          `The Python process of torchscript: ${why}: ${said.trim() || 'it said nothing'}`,
        ),
      );
    };
    const timer = setTimeout(() => give(`was not ready within ${START_MS / 1000} s`), START_MS);
    child.once('error', (error) => give(`cannot begin (${error.message})`));
    child.once('exit', (code, signal) => give(`ended at its start (${signal ?? `code ${code}`})`));
    createInterface({ input: child.stdout }).once('line', (line) => {
      const { event, port } = readJson(Buffer.from(line));
      if (event !== 'server.ready' || typeof port !== 'number') return give(`says "${line.slice(0, 100)}"`);
      clearTimeout(timer);
      done(port);
    });
  });
}
