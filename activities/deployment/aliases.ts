import type { EventRow, Ports } from '../../adapters/ports.js';
import { digestOf } from '../../domain/digest.js';
import type { ModelVersion, Stage } from '../../domain/models.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { championId, type Alias } from '../models.js';

/** Which version is served under a name, from now on; null: none, so that the best baseline answers. */
export interface AliasMove {
  name: string;
  source: Source;
  /** `mdl_<name>@<version>`. */
  to: string | null;
  evaluations: string[];
  /** Told in one transaction with the move, where it is one. */
  event?: (replaced: string | null) => EventRow;
}

/** Moves it; again it is no new move. Returns what was served before, where that was another version. */
export async function moveAlias(ports: Ports, move: AliasMove): Promise<string | null> {
  const { name, source, to, evaluations } = move;
  const id = championId(name, source);
  if (to === null) {
    const served = await ports.documents.get<Alias>('aliases', id);
    await ports.documents.remove('aliases', [id]);
    return served?.model ?? null;
  }
  let replaced: string | null = null;
  const made = { id, name, sourceKey: sourceKey(source), alias: 'champion' as const, model: to, evaluations };
  await ports.documents.update<Alias>(
    'aliases',
    id,
    (current) => {
      replaced = current && current.model !== to ? current.model : null;
      return { ...made, updatedAt: ports.now() };
    },
    (_, before) => (move.event && before?.model !== to ? [move.event(before?.model ?? null)] : []),
  );
  return replaced;
}

export async function setStage(ports: Ports, id: string, stage: Stage): Promise<void> {
  const known = await ports.documents.get<ModelVersion>('models', id);
  if (!known || known.stage === stage) return;
  await ports.documents.update<ModelVersion>('models', id, (current) => ({ ...(current ?? known), stage }));
}

export interface MoveTold {
  model: string;
  source: Source;
  version: string | null;
  replaced: string | null;
  rollout: string | null;
  by: string;
  reasons: string[];
  evidenceSha256: string | null;
  at: number;
}

/** `model.promoted` and `model.rolledBack`: what follows aliases from outside, such as MLflow, reads these. */
export const moveEvent = (type: 'model.promoted' | 'model.rolledBack', told: MoveTold): EventRow => {
  const { model, source, version, rollout, at } = told;
  const same = digestOf({ type, model, key: sourceKey(source), version, rollout, at }).slice(0, 24);
  return {
    id: `evt_${type}_${same}`,
    type,
    at,
    payload: {
      ...told,
      sourceKey: sourceKey(source),
      reasons: told.reasons.map((each) => each.slice(0, 500)),
    },
  };
};
