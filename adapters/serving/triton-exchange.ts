import type { Dispatcher, Pool } from 'undici';

export interface Exchanged {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Uint8Array;
}

/**
 * One request and its whole answer, without a stream in between: batches are short, and each of them would pay for it.
 * @throws errors of undici
 */
export function exchange(pool: Pool, options: Dispatcher.DispatchOptions): Promise<Exchanged> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    let [status, headers] = [0, {} as Exchanged['headers']];
    pool.dispatch(options, {
      // Without it undici takes the handler for one of an older form.
      onRequestStart() {},
      onResponseStart(_, code, found) {
        [status, headers] = [code, found];
      },
      onResponseData(_, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        const [only] = chunks;
        done({ status, headers, bytes: chunks.length === 1 && only ? only : Buffer.concat(chunks) });
      },
      onResponseError: (_, error) => fail(error),
    });
  });
}
