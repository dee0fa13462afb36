import type { Ports } from '../../adapters/ports.js';
import { takenLease, type Lease } from '../../domain/events.js';

const LEASE = 'events';

/** A process that was killed is followed by another after so long; one that ends gives the lease back. */
export const LEASE_MS = 15_000;

/** Takes or renews the lease of the event loops. Returns until when it is held, or null where another has it. */
export async function takeLease(ports: Ports, owner: string): Promise<number | null> {
  const now = ports.now();
  const wanted = { id: LEASE, owner, until: now + LEASE_MS, now };
  const lease = await ports.documents.update<Lease>(
    'leases',
    LEASE,
    (held) => takenLease(held, wanted) ?? (held as Lease),
  );
  return lease.owner === owner ? lease.until : null;
}

export async function giveLeaseBack(ports: Ports, owner: string): Promise<void> {
  const now = ports.now();
  await ports.documents.update<Lease>('leases', LEASE, (held) =>
    held && held.owner !== owner ? held : { id: LEASE, owner, until: now, at: now },
  );
}
