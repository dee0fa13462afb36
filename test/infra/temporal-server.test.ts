import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import { SEARCH_ATTRIBUTES, startTemporalServer } from '../../infra/temporal-server.js';

const paths = join(import.meta.dirname, '../../.tools/paths.json');
const binary = existsSync(paths)
  ? (JSON.parse(readFileSync(paths, 'utf8')) as { temporal: string }).temporal
  : '';
const dataDir = mkdtempSync(join(tmpdir(), 'finsight-temporal-'));
const options = { binary, dataDir, namespace: 'finsight', log: () => undefined };
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const ask = (address: string, ...args: string[]): string =>
  execFileSync(binary, [...args, '--address', address, '-n', 'finsight', '-o', 'json'], {
    encoding: 'utf8',
    stdio: 'pipe',
  });

it('a missing binary is named with the cure', async () => {
  await expect(startTemporalServer({ ...options, binary: '/no/such/temporal' })).rejects.toThrow(
    /No Temporal binary at \/no\/such\/temporal; run/,
  );
});

describe.skipIf(!existsSync(binary))(
  'the Temporal server (needs the binary that the bootstrap installs)',
  () => {
    it('keeps history for 30 days and knows our search attributes', async () => {
      const server = await startTemporalServer(options);
      try {
        const namespace = ask(server.address, 'operator', 'namespace', 'describe');
        expect(namespace).toMatch(/2592000s|720h/);
        const attributes = ask(server.address, 'operator', 'search-attribute', 'list');
        for (const name of SEARCH_ATTRIBUTES) expect(attributes).toContain(`"${name}"`);
        const page = await fetch(server.uiUrl());
        expect(page.status).toBe(200);
      } finally {
        await server.stop();
      }
      expect(server.pid()).toBeNull();
    });

    it('comes back on the same address after kill -9', async () => {
      const server = await startTemporalServer(options);
      try {
        process.kill(server.pid() ?? 0, 'SIGKILL');
        await expect.poll(() => server.restarts(), { timeout: 5000 }).toBe(1);
        const health = (): string => {
          try {
            return ask(server.address, 'operator', 'cluster', 'health');
          } catch {
            return '';
          }
        };
        await expect.poll(health, { timeout: 15_000, interval: 200 }).toContain('SERVING');
      } finally {
        await server.stop();
      }
    });

    it('a port in use is named', async () => {
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      const address = taken.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      try {
        await expect(startTemporalServer({ ...options, port })).rejects.toThrow(
          `Port ${port} for Temporal is in use`,
        );
      } finally {
        taken.close();
      }
    });
  },
);
