import type { Config } from '../adapters/config.js';
import { freeBytes, proveWritable } from '../adapters/data-directory.js';
import { openPorts } from '../adapters/open.js';
import type { Ports } from '../adapters/ports.js';
import { readMlState, readToolPaths } from '../adapters/toolchain.js';
import { DataQualityError, messageOf } from '../domain/errors.js';
import { EXIT, exitCodeOf, printJson, printTable, say } from './output.js';
import { readPlatform } from './platform.js';
import type { AddCommands } from './shell.js';

interface Finding {
  check: string;
  ok: boolean;
  detail: string;
  /** Exit code of what is wrong. */
  code: number;
}

/** `doctor`: looks at everything a run needs and says what is wrong and what cures it. */
export const addDoctor: AddCommands = (program, shell) => {
  program
    .command('doctor')
    .description('check tools, directories, stores and processes')
    .action(async () => {
      const findings = await examine(shell.config());
      const bad = findings.filter((each) => !each.ok);
      const shown = findings.map(({ code: _, ...finding }) => finding);
      if (shell.json()) printJson({ ok: bad.length === 0, findings: shown });
      else printTable(findings.map(({ check, ok, detail }) => ({ ok: ok ? 'ok' : 'NO', check, detail })));
      if (bad.length === 0) return;
      say(`finsight: ${bad.map(({ check, detail }) => `${check}: ${detail}`).join('; ')}`);
      // What is broken weighs more than what is only away.
      shell.endWith(bad.some((each) => each.code === EXIT.integrity) ? EXIT.integrity : EXIT.unreachable);
    });
};

async function examine(config: Config): Promise<Finding[]> {
  const ports = openPorts(config);
  const ml = readMlState();
  const findings = [
    await look('node', () => process.version),
    await look('temporal', () =>
      config.temporal.address ? config.temporal.address : readToolPaths().temporal,
    ),
    await look('data directory', () => writable(config.dataDir)),
    await look('documents', async () => `${await ports.documents.count('runs', {})} runs`),
    await look('series', () => storedStreams(ports.series)),
    ...(await lookAtServing(ports.serving)),
    await look('sentiment model', async () => {
      const { ref } = await ports.sentiment.choose();
      return `${ref.name}@${ref.version}`;
    }),
    {
      check: 'training environment',
      ok: config.ml === 'off' || ml.state !== 'failed',
      detail: `${ml.state}: ${ml.reason}`,
      code: EXIT.unreachable,
    },
    await look('platform', () => {
      const platform = readPlatform(config.dataDir);
      return platform ? `${platform.apiUrl}, process ${platform.pid}` : 'not running';
    }),
  ];
  await ports.close();
  return findings;
}

/** Each backend with what computes there, and why it is not what was asked for. */
async function lookAtServing(serving: Ports['serving']): Promise<Finding[]> {
  const health = await serving.health().catch((error: unknown) => error as Error);
  if (health instanceof Error)
    return [{ check: 'serving', ok: false, detail: messageOf(health), code: exitCodeOf(health) }];
  const { instances = [], backend, provider } = health;
  if (instances.length === 0)
    return [{ check: 'serving', ok: true, detail: `${backend}: ${provider}`, code: EXIT.done }];
  return instances.map((each) => ({
    check: `serving ${each.address}`,
    ok: each.state !== 'down',
    detail: `${each.backend}, provider ${each.provider}${each.reason === null ? '' : `; ${each.reason}`}`,
    code: EXIT.unreachable,
  }));
}

async function storedStreams(series: Ports['series']): Promise<string> {
  const streams = await series.streams();
  const broken = streams.flatMap((each) => each.broken);
  if (broken.length === 0) return `${streams.length} streams`;
  throw new DataQualityError(
    `${broken.join(', ')} cannot be read; move it aside and collect its range again`,
  );
}

async function look(check: string, work: () => string | Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, detail: await work(), code: EXIT.done };
  } catch (error) {
    return { check, ok: false, detail: messageOf(error), code: exitCodeOf(error) };
  }
}

function writable(directory: string): string {
  proveWritable(directory);
  return `${directory}, ${(freeBytes(directory) / 2 ** 30).toFixed(1)} GiB free`;
}
