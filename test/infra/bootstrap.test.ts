import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** A clone of the bootstrap alone, so that nothing here touches the real tools. */
const clone = mkdtempSync(join(tmpdir(), 'finsight-bootstrap-'));
cpSync(join(root, 'infra/bootstrap'), join(clone, 'infra/bootstrap'), { recursive: true });
cpSync(join(root, 'infra/bootstrap.mjs'), join(clone, 'infra/bootstrap.mjs'));
writeFileSync(join(clone, 'package.json'), '{}');
afterAll(() => rmSync(clone, { recursive: true, force: true }));

// The modules are plain JavaScript without types: an address that the compiler cannot see gives `any`.
const load = (name: string) => import(pathToFileURL(join(clone, 'infra/bootstrap', `${name}.mjs`)).href);

/** Under `npm test` the environment names the project's own folder to npm: it must not reach the clone. */
const outside = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

const run = (args: string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, args, { cwd: clone, encoding: 'utf8', env: { ...outside, ...env } });

describe('prerequisites', () => {
  it.each(['18.20.0', '20.18.3'])('Node %s is refused with the cure', async (version) => {
    const { checkNode } = await load('node');
    expect(() => checkNode(version)).toThrow(`Node 20.19 or later is needed, this is ${version}; install it`);
  });

  it.each(['20.19.0', '22.1.0', '24.0.0'])('Node %s is welcome', async (version) => {
    const { checkNode } = await load('node');
    expect(() => checkNode(version)).not.toThrow();
  });

  const ask =
    "import('./infra/bootstrap/python.mjs').then((p) => p.findPython()).catch((e) => console.log(e.message))";

  it('a missing Python is one sentence with the cure', () => {
    const { stdout } = run(['-e', ask], { FINSIGHT_PYTHON: '/no/such/python' });
    expect(stdout).toMatch(
      /^Python 3\.11 or later is needed, found none \(FINSIGHT_PYTHON is "\/no\/such\/python"\); install it/,
    );
    expect(stdout.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    [
      'an old one',
      '{"path":"/old/python","version":[3,9,2],"whole":true}',
      'found only Python 3.9.2 (/old/python)',
    ],
    [
      'one without venv',
      '{"path":"/bin/python3","version":[3,11,2],"whole":false}',
      'apt install python3.11-venv',
    ],
  ])('%s is told apart', (_what, answer, expected) => {
    const fake = join(clone, 'fake-python');
    writeFileSync(fake, `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
    expect(run(['-e', ask], { FINSIGHT_PYTHON: fake }).stdout).toContain(expected);
  });

  it('an unknown job is named with the known ones', () => {
    const { status, stderr } = run(['infra/bootstrap.mjs', 'tset']);
    expect(stderr).toContain('Unknown job "tset"; known: start, test, prepare');
    expect(status).toBe(2);
  });
});

describe('a step', () => {
  it("that fails says what, the log's last lines and the cure, and ends with code 5", () => {
    // npm refuses the damaged package.json at once and needs no network.
    writeFileSync(join(clone, 'package.json'), '{');
    const { status, stderr } = run(['infra/bootstrap.mjs', 'prepare']);
    writeFileSync(join(clone, 'package.json'), '{}');
    expect(stderr).toContain('[1/5] npm packages … failed');
    expect(stderr).toMatch(/finsight: Installing the npm packages failed .*\n {2}\| npm/);
    expect(stderr).toContain('and start again. The whole log: ');
    expect(status).toBe(5);
    expect(existsSync(join(clone, '.tools/prepare.lock'))).toBe(false);
  });

  it('says nothing where there is nothing to do', async () => {
    const { progress } = await load('progress');
    let worked = 0;
    const { step } = progress(2, true);
    await step(
      1,
      'done before',
      () => true,
      () => worked++,
    );
    await step(
      2,
      'to do',
      () => false,
      () => worked++,
    );
    expect(worked).toBe(1);
  });
});

describe('stamps', () => {
  it('change when a file is added, removed or written, and not otherwise', async () => {
    const { treeHash } = await load('stamps');
    const folder = join(clone, 'tree');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    writeFileSync(join(folder, 'sub/a.ts'), '1');
    const first = treeHash([folder]);
    expect(treeHash([folder])).toBe(first);
    utimesSync(join(folder, 'sub/a.ts'), 1, 1);
    const touched = treeHash([folder]);
    writeFileSync(join(folder, 'b.ts'), '');
    expect(new Set([first, touched, treeHash([folder])]).size).toBe(3);
  });

  it('are read as null where they are damaged', async () => {
    const { readStamp, writeStamp } = await load('stamps');
    writeStamp('x', { hash: '1' });
    expect(readStamp('x')).toEqual({ hash: '1' });
    writeFileSync(join(clone, '.tools/stamps/x.json'), '{"ha');
    expect(readStamp('x')).toBeNull();
  });
});

describe('what a killed bootstrap left running', () => {
  it('is ended before the same step runs again, and no other process is', async () => {
    const { endOrphan, startOf } = await load('orphans');
    const step = `import('./infra/bootstrap/commands.mjs').then(({ runLogged }) =>
      runLogged({ what: 'Sleeping', command: process.execPath, args: ['-e', 'setInterval(() => 0, 1000)'], cure: '', log: 'sleep' }))`;
    const bootstrap = spawn(process.execPath, ['-e', step], { cwd: clone, env: outside });
    const record = join(clone, '.tools/running/sleep.json');
    await vi.waitFor(() => expect(existsSync(record)).toBe(true), 10_000);
    const { pid } = JSON.parse(readFileSync(record, 'utf8')) as { pid: number };
    bootstrap.kill('SIGKILL');
    await once(bootstrap, 'close');
    expect(startOf(pid)).not.toBe('');
    await endOrphan('sleep');
    expect(startOf(pid)).toBe('');

    writeFileSync(record, JSON.stringify({ pid: process.pid, started: 'another time' }));
    await endOrphan('sleep');
    expect(existsSync(record)).toBe(false);
  });

  it('may have been an installer: packages that are missing are installed again', async () => {
    const { packagesAreFresh } = await load('node');
    const { census, contentHash, writeStamp } = await load('stamps');
    const modules = join(clone, 'node_modules');
    for (const name of ['a', 'b']) {
      mkdirSync(join(modules, name), { recursive: true });
      writeFileSync(join(modules, name, 'package.json'), '{}');
    }
    writeFileSync(join(modules, '.package-lock.json'), '{}');
    writeFileSync(join(clone, 'package.json'), '{"dependencies":{"a":"1"},"devDependencies":{"b":"1"}}');
    const { platform, arch, versions } = process;
    const hash = contentHash([join(clone, 'package-lock.json')], platform, arch, versions.modules);
    writeStamp('npm', { hash, entries: census(modules) });
    expect(packagesAreFresh()).toBe(true);
    rmSync(join(modules, 'b', 'package.json'));
    expect(packagesAreFresh()).toBe(false);
    rmSync(modules, { recursive: true });
    writeFileSync(join(clone, 'package.json'), '{}');
  });
});

describe('the lock', () => {
  it('of a dead process is taken over, that of a living one is not', async () => {
    const { tryLock, unlock } = await load('lock');
    const file = join(clone, '.tools/x.lock');
    mkdirSync(join(clone, '.tools'), { recursive: true });
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(file, String(dead));
    expect(tryLock('x')).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(String(process.pid));
    expect(tryLock('x')).toBe(false);
    unlock('x');
    expect(existsSync(file)).toBe(false);
  });
});

describe('the summary', () => {
  const vitest = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
  it.each([
    ['counts tests', { ...vitest, testResults: [] }, 1, { passed: 5, failed: 1, skipped: 3 }],
    [
      'counts a file that does not load as failed',
      { ...vitest, numFailedTests: 0, testResults: [{ status: 'failed', assertionResults: [] }] },
      1,
      { passed: 5, failed: 1, skipped: 3 },
    ],
    ['counts a missing report as failed', null, 1, { passed: 0, failed: 1, skipped: 0 }],
  ])('%s', async (_name, report, code, expected) => {
    const { vitestCounts } = await load('counts');
    expect(vitestCounts(report, code)).toEqual(expected);
  });

  it('names failed tests, and settles what passed on its second run', async () => {
    const { failedFiles, sameTest, settledCounts, vitestFailures } = await load('counts');
    const file = (status: string, messages: string[]) => ({
      name: '/anywhere/test/domain/a.test.ts',
      status,
      message: '',
      assertionResults: messages.map((each) => ({
        status: 'failed',
        fullName: 'adds up',
        failureMessages: [each],
      })),
    });
    const report = { testResults: [file('failed', ['Error: late\n at x']), file('passed', [])] };
    expect(failedFiles(report)).toEqual(['/anywhere/test/domain/a.test.ts']);
    const [line] = vitestFailures(report);
    expect(line).toBe('test/domain/a.test.ts > adds up: Error: late');
    expect(vitestFailures({ testResults: [{ ...file('failed', []), message: 'no such module' }] })).toEqual([
      'test/domain/a.test.ts: no such module',
    ]);
    expect(sameTest(line, 'test/domain/a.test.ts > adds up: Error: other')).toBe(true);
    const first = { passed: 5, failed: 2, skipped: 1 };
    const settle = (code: number, failures: string[]) => settledCounts({ first, second: { code }, failures });
    expect(settle(0, [])).toEqual({ passed: 7, failed: 0, skipped: 1 });
    expect(settle(1, [line])).toEqual({ passed: 6, failed: 1, skipped: 1 });
    expect(settle(1, [])).toEqual({ passed: 6, failed: 1, skipped: 1 });
  });

  it('reads junit', async () => {
    const { junitCounts } = await load('counts');
    const file = join(clone, 'junit.xml');
    writeFileSync(
      file,
      '<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1">',
    );
    expect(junitCounts(file, 1)).toEqual({ passed: 4, failed: 3, skipped: 3 });
    expect(junitCounts(join(clone, 'none.xml'), 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
