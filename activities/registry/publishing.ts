import type { Ports } from '../../adapters/ports.js';
import type { MirrorPort } from '../../adapters/ports-registry.js';
import { digestOf } from '../../domain/digest.js';
import { messageOf, NotFoundError, UnreachableError } from '../../domain/errors.js';
import { PUBLICATION_KINDS, type Publication } from '../../domain/registry.js';
import { wantChanged } from './reconciling.js';
import { digestOfVersion, findRun, findWantedAliases, findWantedVersion, readVerified } from './wanted.js';

const AT_ONCE = 20;
/** How often what is stored is compared with what was published, beside the events that tell of changes. */
const COMPARE_EVERY_MS = 600_000;

/** What the registry now holds of a publication's subject; null: there is nothing of it any more. */
type Told = Partial<Pick<Publication, 'remote' | 'aliases'>> & { digest: string };

/**
 * The publisher's step: what waits is told to the registry beside the platform, runs first, then versions, then aliases.
 * A registry that is away throws, and everything waits; what it refuses is kept with its reason and holds up nothing.
 */
export function publishingOf(ports: Ports): () => Promise<number> {
  let comparedAt = -Infinity;
  return async () => {
    const { mirror } = ports;
    if (!mirror) return 0;
    if (ports.now() - comparedAt > COMPARE_EVERY_MS) {
      await wantChanged(ports);
      comparedAt = ports.now();
    }
    for (const kind of PUBLICATION_KINDS) {
      const { items } = await ports.documents.find<Publication>('publications', {
        where: { state: 'waiting', kind },
        order: 'oldest',
        limit: AT_ONCE,
      });
      for (const publication of items) await publishOne(ports, mirror, publication);
      if (items.length > 0) return items.length;
    }
    return 0;
  };
}

async function publishOne(ports: Ports, mirror: MirrorPort, publication: Publication): Promise<void> {
  const { id, kind, subject, wanted } = publication;
  try {
    const told = await TELLING[kind](ports, mirror, { ...publication, subject });
    if (!told) return void (await ports.documents.remove('publications', [id]));
    const now = ports.now();
    await change(ports, id, (held) => ({
      ...{ ...held, ...told, attempts: held.attempts + 1, error: null, publishedAt: now, at: now },
      // What changed in the mean time is told once more.
      state: held.wanted === wanted ? 'published' : 'waiting',
    }));
  } catch (error) {
    if (!isFinal(error)) {
      await change(ports, id, (held) => ({ ...held, attempts: held.attempts + 1, error: messageOf(error) }));
      throw error;
    }
    const at = ports.now();
    const state = 'refused' as const;
    await change(ports, id, (held) => ({
      ...held,
      state,
      attempts: held.attempts + 1,
      error: messageOf(error),
      at,
    }));
  }
}

/** Everything but an outage: waiting would not help, and what is behind it should not wait for it. */
const isFinal = (error: unknown): boolean => !(error instanceof UnreachableError);

const change = (ports: Ports, id: string, how: (held: Publication) => Publication): Promise<Publication> =>
  ports.documents.update<Publication>('publications', id, (held) => {
    if (held) return how(held);
    throw new NotFoundError(`No publication "${id}"`);
  });

type Tell = (ports: Ports, mirror: MirrorPort, publication: Publication) => Promise<Told | null>;

const TELLING: Record<Publication['kind'], Tell> = {
  run: tellRun,
  version: tellVersion,
  aliases: tellAliases,
};

async function tellRun(
  ports: Ports,
  { tracking }: MirrorPort,
  { subject }: Publication,
): Promise<Told | null> {
  const run = await findRun(ports, subject);
  if (!run) return null;
  const { metrics, status, finishedAt, ...start } = run;
  await tracking.startRun(start);
  await tracking.logMetrics(run.id, metrics);
  if (status !== 'running') await tracking.finish(run.id, { status, at: finishedAt ?? run.startedAt });
  return { digest: digestOf(run) };
}

async function tellVersion(ports: Ports, mirror: MirrorPort, { subject }: Publication): Promise<Told | null> {
  const wanted = await findWantedVersion(ports, subject);
  if (!wanted) return null;
  const { remote } = await mirror.registry.register({ ...wanted, read: (ref) => readVerified(ports, ref) });
  await mirror.tracking.logMetrics(subject, wanted.metrics).catch((error: unknown) => {
    // The run is another program's, which keeps its own figures.
    if (!(error instanceof NotFoundError)) throw error;
  });
  return { digest: digestOfVersion(wanted), remote };
}

async function tellAliases(
  ports: Ports,
  { registry }: MirrorPort,
  publication: Publication,
): Promise<Told | null> {
  const { subject: name, aliases: before } = publication;
  const wanted = await findWantedAliases(ports, name);
  for (const [alias, version] of Object.entries(wanted)) await registry.setAlias(name, alias, version);
  for (const alias of before) if (!Object.hasOwn(wanted, alias)) await registry.setAlias(name, alias, null);
  return { digest: digestOf(wanted), aliases: Object.keys(wanted) };
}
