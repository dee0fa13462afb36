import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';

/** The Temporal binary that the bootstrap installed, or null where the tests were started without it. */
export function temporalBinary(): string | null {
  const file = resolve('.tools/paths.json');
  const path = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { temporal: string }).temporal
    : '';
  if (path && existsSync(path)) return path;
  if (process.env['CI'] === 'true')
    throw new Error('No Temporal binary: run the tests by `npm test`, which installs it');
  return null;
}

/** A dev server on free ports with our search attributes, in memory. */
export const localTemporal = (path: string): Promise<TestWorkflowEnvironment> =>
  TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      namespace: 'finsight',
      extraArgs: ['Symbol', 'Timeframe', 'JobKind', 'Stage', 'ModelName', 'ModelVersion', 'Source'].flatMap(
        (name) => ['--search-attribute', `${name}=Keyword`],
      ),
    },
  });

/** A directory that is gone after the test file. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'finsight-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
