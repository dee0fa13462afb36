import { HIDDEN, isSecretName, isTokenLike, withoutTokens } from './secrets.js';

/** Who changed what, when, and whether it was done. Stored in `audit`; never changed, never removed. */
export interface AuditEntry {
  /** `aud_` and 24 hex digits. */
  id: string;
  at: number;
  principal: string;
  tenant: string;
  /** Operation id of the API, such as `startRun`. */
  action: string;
  /** What it was done to: a workflow id, a schedule id, a principal. */
  target: string;
  outcome: 'done' | 'refused';
  /** HTTP status of the answer. */
  status: number;
  requestId: string;
  /** The input as asked for; it holds no secrets. */
  detail: Record<string, unknown>;
}

/** Members that name runs and content: their digits are no key. */
const REFERENCE = /^(workflowIds?|runIds?|digest|sha256|[a-z]+Sha256)$/;

/** Longer texts are kept by their beginning: what was sent as a whole lies elsewhere. */
const LONGEST_TEXT = 2000;

/**
 * An input as the audit may keep it: without values of members that may hold a secret by their name or by that of the
 * member beside them, addresses of channels, and whatever looks like a key wherever it was typed.
 */
export function withoutSecrets(input: unknown): unknown {
  if (typeof input === 'string') return shortened(input);
  if (Array.isArray(input)) return input.map(withoutSecrets);
  if (input === null || typeof input !== 'object') return input;
  const members = Object.entries(input);
  const isChannel = 'kind' in input && ['webhook', 'slack'].includes(String(input.kind));
  // `{ "name": "X-Api-Key", "value": … }`, as headers and parameters are often written.
  const names = members.filter(([name, value]) => /^(name|header|key)$/i.test(name) && isNameOfSecret(value));
  return Object.fromEntries(
    members.map(([name, value]) => {
      const isReference = name === 'key' && 'sha256' in input;
      const isBeside = names.length > 0 && /value|content|data/i.test(name);
      const isSecret = (isSecretName(name) && !isReference) || isBeside || (isChannel && name === 'url');
      if (isSecret && value !== null && typeof value !== 'boolean') return [shown(name), HIDDEN];
      return [shown(name), REFERENCE.test(name) ? value : withoutSecrets(value)];
    }),
  );
}

const shortened = (text: string): string => {
  // A key across the cut must still be seen as one.
  const kept = withoutTokens(text.slice(0, 2 * LONGEST_TEXT)).slice(0, LONGEST_TEXT);
  return text.length > LONGEST_TEXT ? `${kept}… (${text.length} characters)` : kept;
};

const isNameOfSecret = (value: unknown): boolean => typeof value === 'string' && isSecretName(value);

/** A key that was typed in the place of a name. */
const shown = (name: string): string => (isTokenLike(name) ? HIDDEN : name);
