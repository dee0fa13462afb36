import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import { temporaryDirectory } from './directories.js';

const simulated = { kind: 'simulated', detail: '1' } as const;

it('opens nothing before it is used, and closes twice without harm', async () => {
  const dataDir = join(temporaryDirectory(), 'data');
  const ports = openPorts(readConfig({ FINSIGHT_DATA_DIR: dataDir }));
  expect(existsSync(dataDir)).toBe(false);
  expect(await ports.documents.count('runs', {})).toBe(0);
  expect(readdirSync(dataDir)).toContain('finsight.db');
  await ports.close();
  await ports.close();
});

it('gives one markets and one news adapter per source', async () => {
  const ports = openPorts(readConfig({ FINSIGHT_DATA_DIR: temporaryDirectory() }));
  expect(ports.markets(simulated)).toBe(ports.markets({ ...simulated }));
  expect(ports.news(simulated)).toBe(ports.news({ ...simulated }));
  expect(ports.markets(simulated)).not.toBe(ports.markets({ kind: 'simulated', detail: '2' }));
  expect(ports.markets(simulated).source).toEqual(simulated);
  await ports.close();
});

it('stores a document with its event where the events backend reads it', async () => {
  const ports = openPorts(readConfig({ FINSIGHT_DATA_DIR: temporaryDirectory() }));
  await ports.documents.insert('runs', [{ id: 'run_1', startedAt: 1 }], (run) => ({
    id: `evt_${run.id}`,
    type: 'run.started',
    at: 1,
    payload: {},
  }));
  expect((await ports.events.recent({ limit: 1 }))[0]?.id).toBe('evt_run_1');
  await ports.close();
});

it('says that the fallback trains where the Python environment is switched off', () => {
  const ports = openPorts(readConfig({ FINSIGHT_DATA_DIR: temporaryDirectory(), FINSIGHT_ML: 'off' }));
  expect(ports.trainer()).toEqual({ trainer: 'ridge', reason: expect.stringContaining('FINSIGHT_ML=off') });
});

it('refuses an address of an unknown kind with the name of its variable', () => {
  expect(() => openPorts(readConfig({ SERIES_URL: 'punchcards:x' }))).toThrow(/"punchcards:x" in SERIES_URL/);
});
