import type { EventRow, Ports } from '../../adapters/ports.js';
import { publicationId, wantedAgain, type Publication, type PublicationKind } from '../../domain/registry.js';

/** That a version is there; everyone who follows models may go by it. */
export const registeredEvent = (model: {
  id: string;
  name: string;
  version: string;
  createdAt: number;
}): EventRow => ({
  id: `evt_model.registered_${model.id}`,
  type: 'model.registered',
  at: model.createdAt,
  payload: { model: model.name, version: model.id },
});

/** Notes that something is to be published, or published again. */
export async function wantPublication(ports: Ports, kind: PublicationKind, subject: string): Promise<void> {
  await ports.documents.update<Publication>('publications', publicationId(kind, subject), (before) =>
    wantedAgain(before, { kind, subject, now: ports.now() }),
  );
}

/** Notes what is to be published for events; publishing itself may have to wait for hours, which holds up no event. */
export const markPublications =
  (ports: Ports) =>
  async (events: EventRow[]): Promise<void> => {
    if (!ports.mirror) return;
    const wanted = new Map<string, [PublicationKind, string]>();
    for (const event of events)
      for (const [kind, subject] of subjectsOf(event))
        wanted.set(publicationId(kind, subject), [kind, subject]);
    for (const [kind, subject] of wanted.values()) await wantPublication(ports, kind, subject);
  };

function subjectsOf({ type, payload }: EventRow): [PublicationKind, string][] {
  if (type === 'experiment.logged' && typeof payload['run'] === 'string') return [['run', payload['run']]];
  if (!type.startsWith('model.') || typeof payload['model'] !== 'string') return [];
  const name = payload['model'];
  const versions = [payload['version'], payload['replaced']].flatMap((each) =>
    typeof each === 'string' && each ? [each.startsWith('mdl_') ? each : `mdl_${name}@${each}`] : [],
  );
  return [...versions.map((id): [PublicationKind, string] => ['version', id]), ['aliases', name]];
}
