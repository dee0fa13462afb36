import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'finsight-laws-'));

type Case = [file: string, code: string];

const imports = (from: string, kind = ''): string =>
  `import ${kind} { x } from '${from}';\nexport const y = x;\n`;
const types = (from: string): string => `import type { X } from '${from}';\nexport type Y = X;\n`;

/** Each breaks one law. */
const BROKEN: Record<string, Case[]> = {
  'no-restricted-imports': [
    ['domain/reads-files.ts', imports('node:fs/promises')],
    ['domain/reads-files-without-prefix.ts', imports('fs')],
    ['domain/knows-temporal.ts', imports('@temporalio/workflow')],
    ['domain/uses-a-vendor.ts', imports('ccxt')],
    ['domain/knows-adapters.ts', types('../adapters/ports.js')],
    ['domain/backtest/knows-workflows.ts', imports('../../workflows/ids.js')],
    ['adapters/knows-temporal.ts', imports('@temporalio/client')],
    ['adapters/documents/knows-api.ts', imports('../../api/errors.js')],
    ['adapters/knows-activities.ts', types('../activities/index.js')],
    ['activities/uses-an-adapter.ts', imports('../adapters/open.js')],
    ['activities/uses-a-vendor.ts', imports('ccxt')],
    ['activities/reads-files.ts', imports('node:fs')],
    ['activities/knows-callers.ts', types('../workflows/index.js')],
    ['workflows/reads-files.ts', imports('node:fs')],
    ['workflows/uses-activities.ts', imports('../activities/index.js')],
    ['workflows/uses-an-adapter.ts', types('../adapters/ports.js')],
    ['workflows/loads-zod.ts', imports('zod')],
    ['workflows/loads-zod-through-domain.ts', imports('../domain/research-input.js')],
    ['workflows/uses-the-client.ts', imports('@temporalio/client')],
    ['workers/uses-an-adapter.ts', imports('../adapters/documents/sqlite.js')],
    ['workers/uses-workflows.ts', imports('../workflows/research.js')],
    ['workers/knows-api.ts', imports('../api/server.js')],
    ['api/uses-an-adapter.ts', imports('../adapters/documents/sqlite.js')],
    ['api/uses-workflows.ts', imports('../workflows/research.js')],
    ['api/runs-a-worker.ts', imports('@temporalio/worker')],
    ['api/knows-activities.ts', imports('../activities/index.js')],
    ['cli/uses-an-adapter.ts', imports('../adapters/markets/ccxt.js')],
    ['cli/uses-workflows.ts', imports('../workflows/research.js')],
    ['cli/runs-a-worker.ts', imports('@temporalio/worker')],
    ['api/uses-generated-types.ts', imports('../web/src/api-types.js')],
    ['cli/uses-pages.ts', imports('../web/src/main.js')],
    ['web/src/knows-domain.ts', imports('../../domain/bars.js')],
    ['web/src/reads-files.ts', imports('node:fs')],
  ],
  'no-restricted-properties': [
    ['domain/reads-the-clock.ts', 'export const now = Date.now();\n'],
    ['domain/throws-dice.ts', 'export const die = Math.random();\n'],
  ],
  'no-restricted-globals': [
    ['domain/reads-the-environment.ts', 'export const home = process.cwd();\n'],
    ['domain/goes-online.ts', "export const page = fetch('http://localhost');\n"],
  ],
  'no-process-env': [
    ['adapters/reads-the-environment.ts', 'export const home = process.env.HOME;\n'],
    ['cli/reads-the-environment.ts', "export const home = process.env['HOME'];\n"],
  ],
  'no-default-export': [['cli/exports-a-default.ts', 'export default 1;\n']],
  'no-console': [['api/talks.ts', "console.log('hello');\n"]],
  'max-lines': [
    ['api/long.ts', Array.from({ length: 251 }, (_, i) => `export const c${i} = ${i};\n`).join('')],
  ],
  'no-cycle': [
    ['domain/hen.ts', "import { egg } from './egg.js';\nexport const hen = (): unknown => egg;\n"],
    ['domain/egg.ts', "import { hen } from './hen.js';\nexport const egg = (): unknown => hen;\n"],
  ],
};

/** Each looks like one of the above and is right. */
const RIGHT: Case[] = [
  ['domain/right.ts', imports('zod') + types('./bars.js')],
  ['domain/right-hash.ts', imports('@noble/hashes/sha2.js')],
  ['domain/backtest/right.ts', imports('../bars.js')],
  ['adapters/right.ts', imports('ccxt') + types('../domain/bars.js')],
  ['adapters/config.ts', 'export const home = process.env.HOME;\n'],
  ['activities/right.ts', imports('@temporalio/activity') + types('../adapters/ports.js')],
  ['workflows/right.ts', imports('@temporalio/workflow') + types('../activities/index.js')],
  ['workflows/right-types.ts', types('../domain/research-input.js')],
  ['workers/right.ts', imports('../adapters/open.js') + types('../adapters/ports.js')],
  ['api/right.ts', imports('../adapters/open.js') + types('../workflows/index.js')],
  ['cli/right.ts', imports('../activities/index.js') + types('../web/src/api-types.js')],
  ['web/vite.config.ts', 'export default {};\n'],
];

let found: { file: string; rule: string }[] = [];

beforeAll(() => {
  cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  for (const [file, code] of [...Object.values(BROKEN).flat(), ...RIGHT]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  found = lint();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lint(): { file: string; rule: string }[] {
  const binary = join(root, 'node_modules/oxlint/bin/oxlint');
  const { stdout } = spawnSync(process.execPath, [binary, '-f', 'unix'], { cwd: folder, encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const match = /^(.+?):\d+:\d+: .*\[Error\/\w+\(([\w-]+)\)\]$/.exec(line);
    return match ? [{ file: match[1] ?? '', rule: match[2] ?? '' }] : [];
  });
}

describe.each(Object.entries(BROKEN))('the law behind %s', (rule, cases) => {
  it.each(cases)('%s breaks it', (file) => {
    expect(found).toContainEqual({ file, rule });
  });
});

it.each(RIGHT)('%s breaks no law', (file) => {
  expect(found.filter((fault) => fault.file === file)).toEqual([]);
});

it('the project itself breaks no import law', () => {
  const binary = join(root, 'node_modules/oxlint/bin/oxlint');
  const lawful = (): string =>
    execFileSync(process.execPath, [binary, '-f', 'unix', '--quiet'], { cwd: root, encoding: 'utf8' });
  let report = '';
  try {
    report = lawful();
  } catch (error) {
    report = (error as { stdout: string }).stdout;
  }
  const laws = /no-restricted-|no-process-env|no-default-export|no-cycle/;
  expect(report.split('\n').filter((line) => laws.test(line))).toEqual([]);
});
