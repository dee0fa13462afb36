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

const SECRET = /secret|password|passwd|token|api-?_?key|authorization|credential/i;

/** Longer texts are kept by their beginning: what was sent as a whole lies elsewhere. */
const LONGEST_TEXT = 2000;

/** An input as the audit may keep it: members that hold a secret by their name, and addresses of channels, are left out. */
export function withoutSecrets(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(withoutSecrets);
  if (typeof input === 'string' && input.length > LONGEST_TEXT)
    return `${input.slice(0, LONGEST_TEXT)}… (${input.length} characters)`;
  if (input === null || typeof input !== 'object') return input;
  const isChannel = 'kind' in input && ['webhook', 'slack'].includes(String(input.kind));
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      if (SECRET.test(name) && value !== null) return [name, '[hidden]'];
      if (isChannel && name === 'url') return [name, '[hidden]'];
      return [name, withoutSecrets(value)];
    }),
  );
}
