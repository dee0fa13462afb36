import { appendFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import type { ServerKind, TestServer } from '../infra/test-servers/server.js';

/**
 * A real server for the tests of this file, or null where it cannot be started: the reason is then shown and its
 * tests are skipped. In CI a server that is quick to install must be there.
 * @param suite what is tested against it, such as `series mongodb:`; for the list at the end of a run.
 */
export async function realServer(
  suite: string,
  kind: ServerKind,
): Promise<{ server: TestServer; reason: null } | { server: null; reason: string }> {
  const reason = kind.missing();
  if (reason !== null && kind.quick && process.env['CI'] === 'true')
    throw new Error(`${suite} must be tested in CI: ${reason}`);
  note(suite, reason === null ? `ran against ${kind.name}` : `SKIPPED: ${reason}`);
  if (reason !== null) return { server: null, reason };
  const server = await kind.start();
  afterAll(() => server.stop());
  return { server, reason };
}

/** `npm test` prints these lines before its summary; alone they go to the terminal. */
function note(suite: string, outcome: string): void {
  const line = `${suite} ${outcome}\n`;
  const report = process.env['FINSIGHT_SERVERS_REPORT'];
  if (report) appendFileSync(report, line);
  else process.stderr.write(line);
}
