import { makeCheckModel } from './check-models.js';
import { openSession, type SessionOptions } from './session.js';

/** What computes here, and why where it is not what was asked for; found out once, by a model of a few bytes. */
export function openProvider(options: SessionOptions): () => Promise<string> {
  let found: Promise<string> | null = null;
  const find = async (): Promise<string> => {
    // The processor can always be used.
    if (options.provider === 'cpu') return 'cpu';
    const session = await openSession(makeCheckModel('1').bytes, options);
    await session.release();
    return session.note ?? session.provider;
  };
  return () => (found ??= find());
}
