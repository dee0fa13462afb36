import { InvalidInputError } from './errors.js';

/** Where a number comes from. Stored with every record and shown with every number. */
export type SourceKind = 'live' | 'recorded' | 'simulated';

/** `detail`: empty for live, the absolute directory or the imported file for recorded, the seed for simulated. */
export interface Source {
  kind: SourceKind;
  detail: string;
}

export const DEFAULT_SEED = '1';

/**
 * Reads `live`, `recorded:<dir>`, `simulated` or `simulated:<seed>`.
 * @throws InvalidInputError naming the text and the known forms.
 */
export function parseSource(text: string): Source {
  if (text === 'live') return { kind: 'live', detail: '' };
  if (text === 'simulated') return { kind: 'simulated', detail: DEFAULT_SEED };
  const [head = '', ...rest] = text.split(':');
  const detail = rest.join(':');
  if (head === 'recorded' && detail) return { kind: 'recorded', detail };
  if (head === 'simulated' && /^\d+$/.test(detail)) return { kind: 'simulated', detail };
  throw new InvalidInputError(
    `Unknown source "${text}"; known: live, recorded:<directory>, simulated, simulated:<whole number seed>`,
  );
}

export const formatSource = (source: Source): string =>
  source.detail ? `${source.kind}:${source.detail}` : source.kind;

/** True where the bars came from a file that was imported: the detail is `<file name>@<16 digits of its sha256>`. */
export const isImport = ({ kind, detail }: Source): boolean =>
  kind === 'recorded' && /^[^/\\]+@[0-9a-f]{16}$/.test(detail);

/** Keeps facts of different kinds apart in one store: `live`, `recorded`, `simulated-<seed>`. */
export const sourceKey = (source: Source): string =>
  source.kind === 'simulated' ? `simulated-${source.detail}` : source.kind;

/** The source that a key stands for; the directory of recorded data is not in it. */
export function sourceOfKey(key: string | undefined): { kind: string; detail: string } | null {
  if (!key) return null;
  const [kind = '', ...rest] = key.split('-');
  return { kind, detail: rest.join('-') };
}
