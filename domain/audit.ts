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
