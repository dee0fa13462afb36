import type { Ports } from '../adapters/ports.js';
import type { AuditEntry } from '../domain/audit.js';
import { digestOf } from '../domain/digest.js';

/** Who is named in the entry. */
export interface Asker {
  principal: string;
  tenant: string;
}

/** The same entry for the same work: a repeated attempt adds none. */
export async function audit(
  ports: Ports,
  what: Asker & { action: string; target: string },
  detail: Record<string, unknown>,
): Promise<void> {
  const entry: AuditEntry = {
    id: `aud_${digestOf({ ...what, detail }).slice(0, 24)}`,
    at: ports.now(),
    ...what,
    outcome: 'done',
    status: 200,
    requestId: '',
    detail,
  };
  await ports.documents.insert('audit', [entry]);
}
