import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataQualityError, messageOf, UnreachableError } from '../domain/errors.js';
import { connectApi, errorOf } from './api.js';
import { printJson, say } from './output.js';
import type { Shell } from './shell.js';

/** Downloads a file of a version; it is in its place only when its digest is the registered one. */
export async function downloadFile(
  shell: Shell,
  { id, path, to }: { id: string; path: string; to: string },
): Promise<void> {
  const { url, headers } = connectApi(shell.config());
  const key = id.startsWith('mdl_') ? id : `mdl_${id}`;
  const address = `${url}/api/v1/models/${encodeURIComponent(key)}/artifacts/${encodeURIComponent(path)}`;
  const answer = await ask(address, { headers, redirect: 'manual' });
  const expected = answer.headers.get('x-finsight-sha256') ?? '';
  const location = answer.headers.get('location');
  // The store is not to see the key of the API.
  const file = location ? await ask(location) : answer;
  if (file.status >= 400) throw await refusalOf(file);
  const draft = `${to}.part`;
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(
      Readable.from(counted(file.body as unknown as AsyncIterable<Uint8Array>)),
      createWriteStream(draft),
    );
    const sha256 = hash.digest('hex');
    if (sha256 !== expected)
      throw new DataQualityError(
        `What came for "${path}" of ${key} has the sha256 ${sha256}, it should be ${expected}`,
      );
    await rename(draft, to);
    if (shell.json()) return printJson({ id: key, path, to, sha256, bytes });
    say(`${to}: ${bytes} bytes, sha256 ${sha256}`);
  } finally {
    await rm(draft, { force: true });
  }
}

const ask = (address: string, init: RequestInit = {}): Promise<Response> =>
  fetch(address, init).catch((error: unknown) => {
    throw new UnreachableError(`The download does not answer: ${messageOf((error as Error).cause ?? error)}`);
  });

async function refusalOf(answer: Response): Promise<Error> {
  const problem = (await answer.json().catch(() => undefined)) as { detail?: string } | undefined;
  return errorOf(answer.status, problem);
}
