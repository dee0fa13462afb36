import { readFileSync } from 'node:fs';
import { InvalidInputError, messageOf } from '../../domain/errors.js';
import type { ServerAddress } from './model-server.js';

/** The tokens of TorchServe, which has one for inference and one for management; null where it wants none. */
export interface Keys {
  inference(): string | null;
  management(): string | null;
}

interface KeyFile {
  inference?: { key?: unknown };
  management?: { key?: unknown };
}

/**
 * From before the `@` of the address, or from the file that TorchServe writes (`keys=<path of key_file.json>`), which is
 * read for each request: its keys expire. @throws InvalidInputError where both are given
 */
export function readKeys({ keys, options }: Pick<ServerAddress, 'keys' | 'options'>): Keys {
  const path = options.get('keys');
  const [inference, management] = keys;
  if (path === null) return { inference: () => inference || null, management: () => management || null };
  if (inference || management)
    throw new InvalidInputError('SERVING_URL has keys before the @ and a file of keys; give one of them');
  const read = (kind: 'inference' | 'management'): string => {
    try {
      const { key } = (JSON.parse(readFileSync(path, 'utf8')) as KeyFile)[kind] ?? {};
      if (typeof key === 'string' && key !== '') return key;
    } catch (error) {
      throw new InvalidInputError(`keys=${path} in SERVING_URL cannot be read: ${messageOf(error)}`);
    }
    throw new InvalidInputError(`keys=${path} in SERVING_URL holds no key for ${kind}`);
  };
  return { inference: () => read('inference'), management: () => read('management') };
}

export const bearer = (key: string | null): Record<string, string> =>
  key === null ? {} : { authorization: `Bearer ${key}` };
