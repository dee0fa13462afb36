import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { openPorts } from '../adapters/open.js';
import type { Config } from '../adapters/config.js';
import { readMlState, readToolPaths } from '../adapters/toolchain.js';
import { messageOf, UnreachableError } from '../domain/errors.js';
import { printJson, printTable } from './output.js';
import { readPlatform } from './platform.js';
import type { AddCommands } from './shell.js';

interface Finding {
  check: string;
  ok: boolean;
  detail: string;
}

/** `doctor`: looks at everything a run needs and says what is wrong and what cures it. */
export const addDoctor: AddCommands = (program, shell) => {
  program
    .command('doctor')
    .description('check tools, directories, stores and processes')
    .action(async () => {
      const findings = await examine(shell.config());
      if (shell.json()) printJson({ ok: findings.every((each) => each.ok), findings });
      else printTable(findings.map(({ check, ok, detail }) => ({ ok: ok ? 'ok' : 'NO', check, detail })));
      const bad = findings.filter((each) => !each.ok);
      if (bad.length > 0)
        throw new UnreachableError(bad.map(({ check, detail }) => `${check}: ${detail}`).join('; '));
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
    await look('series', async () => `${(await ports.series.streams()).length} streams`),
    await look('serving', async () => JSON.stringify(await ports.serving.health())),
    await look('sentiment model', async () => {
      const { ref } = await ports.shippedSentiment();
      return `${ref.name}@${ref.version}`;
    }),
    {
      check: 'training environment',
      ok: config.ml === 'off' || ml.state !== 'failed',
      detail: `${ml.state}: ${ml.reason}`,
    },
    await look('platform', () => {
      const platform = readPlatform(config.dataDir);
      return platform ? `${platform.apiUrl}, process ${platform.pid}` : 'not running';
    }),
  ];
  await ports.close();
  return findings;
}

async function look(check: string, work: () => string | Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, detail: await work() };
  } catch (error) {
    return { check, ok: false, detail: messageOf(error) };
  }
}

function writable(directory: string): string {
  mkdirSync(directory, { recursive: true });
  accessSync(directory, constants.W_OK);
  const { bavail, bsize } = statfsSync(directory);
  return `${directory}, ${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB free`;
}
