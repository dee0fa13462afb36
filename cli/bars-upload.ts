import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Config } from '../adapters/config.js';
import { InvalidInputError, messageOf, NotFoundError, UnreachableError } from '../domain/errors.js';
import { connectApi, errorOf } from './api.js';
import { say } from './output.js';
import { runStory } from './run.js';

/**
 * Sends a file to the running platform, which keeps it, and imports it by a run that can be explained from the file.
 * @returns the report of the run.
 */
export async function importByUpload(
  config: Config,
  path: string,
  input: Record<string, unknown>,
): Promise<object> {
  const { object, name } = await upload(connectApi(config), path);
  say(`sent as ${name}, sha256 ${object.sha256}`);
  return (await runStory(config, 'transformBars', { ...input, object, name })) as object;
}

interface Uploaded {
  name: string;
  object: { key: string; sha256: string };
}

/** The same file under the same name is sent again, but kept once. @throws the API's refusal as ours. */
export async function upload(
  api: { url: string; headers: Record<string, string> },
  path: string,
): Promise<Uploaded> {
  if (!(await stat(path).catch(() => null))?.isFile()) throw new NotFoundError(`No file ${path}`);
  // Names of uploads are plain: other characters would need another name on some store.
  const name = basename(path)
    .replaceAll(/[^A-Za-z0-9._=@+-]/g, '_')
    .replaceAll(/\.{2,}/g, '.')
    .replace(/^\./, '_');
  if (name.length > 200) throw new InvalidInputError(`The name of ${path} is longer than 200 characters`);
  const address = `${api.url}/api/v1/uploads/${encodeURIComponent(name)}`;
  const body = createReadStream(path, { highWaterMark: 2 ** 18 });
  const request = { method: 'PUT', headers: api.headers, body, duplex: 'half' } as unknown as RequestInit;
  const response = await fetch(address, request).catch((error: unknown) => {
    throw new UnreachableError(`${address} cannot be reached: ${messageOf((error as Error).cause ?? error)}`);
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw errorOf(response.status, answer as Parameters<typeof errorOf>[1]);
  return answer as Uploaded;
}
