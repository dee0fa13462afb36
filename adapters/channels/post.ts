import { InvalidInputError, messageOf, UnreachableError } from '../../domain/errors.js';
import type { HttpClient } from '../http/http.js';

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES = 64 * 1024;

/** The address may hold a token: what is told of it is its host. */
export async function postTo(
  http: HttpClient,
  { url, body, headers }: { url: string; body: string; headers: Record<string, string> },
): Promise<string> {
  const all = { 'content-type': 'application/json', 'user-agent': 'finsight-notifications', ...headers };
  try {
    const answer = await http.request({
      url,
      method: 'POST',
      headers: all,
      body,
      maxBytes: ANSWER_BYTES,
      timeoutMs: TIMEOUT_MS,
      // A person gave this address for just this: no crawler's rules hold it up.
      interactive: true,
    });
    return `HTTP ${answer.status}`;
  } catch (error) {
    const text = withoutAddress(url, messageOf(error));
    if (error instanceof InvalidInputError) throw new InvalidInputError(text);
    throw new UnreachableError(text);
  }
}

function withoutAddress(url: string, text: string): string {
  const { host, pathname, search } = new URL(url);
  let plain = text.replaceAll(url, host);
  for (const secret of [pathname + search, pathname, search])
    if (secret.length > 1) plain = plain.replaceAll(secret, '/…');
  return plain;
}
