import type { Ports } from '../../adapters/ports.js';
import { messageOf } from '../../domain/errors.js';
import type { Evaluation } from '../../domain/evaluation.js';
import type { ModelVersion } from '../../domain/models.js';
import type { Refusal } from '../../domain/prediction.js';
import { bySkill } from '../../domain/prediction/selection.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { championId, checkServable, findModel, type Alias } from '../models.js';
import type { Asked } from './asked.js';
import type { Routed } from './routed.js';

/** A model that may answer, with its evidence on the stream that is asked for. */
export interface Candidate {
  model: ModelVersion;
  evaluation: Evaluation;
  reason: string;
  /** Set while a rollout of its name is under way. */
  routed?: Routed;
}

export interface Candidates {
  /** The best by past skill first. */
  asked: Candidate[];
  refusals: Refusal[];
  /** A candidate in the shadow of a name of which no version is served. */
  unserved?: Routed;
}

/**
 * Evaluations do not change once they are written; a walk-forward one of a model's name is its past skill, the held-out
 * part of the served version stands where there is none.
 */
export interface Evidence {
  byId(ids: string[]): Promise<Evaluation[]>;
  /** The latest of a stream, newest first. */
  ofStream(stream: string, source: Source): Promise<Evaluation[]>;
}

const LATEST = 50;
const REMEMBERED = 2000;

export function openEvidence({ documents }: Ports): Evidence {
  const known = new Map<string, Evaluation>();
  const lists = new Map<string, { count: number; items: Evaluation[] }>();
  return {
    async byId(ids) {
      const missing = ids.filter((id) => !known.has(id));
      if (missing.length > 0)
        for (const each of await documents.getMany<Evaluation>('evaluations', missing))
          known.set(each.id, each);
      const found = ids.flatMap((id) => known.get(id) ?? []);
      for (const oldest of known.keys()) if (known.size > REMEMBERED) known.delete(oldest);
      return found;
    },
    async ofStream(stream, source) {
      const where = { stream, sourceKey: sourceKey(source) };
      const key = JSON.stringify(where);
      const count = await documents.count('evaluations', { where });
      const held = lists.get(key);
      if (held?.count === count) return held.items;
      const { items } = await documents.find<Evaluation>('evaluations', {
        where,
        order: 'newest',
        limit: LATEST,
      });
      lists.set(key, { count, items });
      return items;
    },
  };
}

/**
 * Who is asked: the champions, of whatever kind, that were evaluated on this very stream and horizon, or the named one
 * alone. One without that evidence, of other features, rejected, or that failed its audit is told as a refusal.
 */
export async function findCandidates(ports: Ports, evidence: Evidence, asked: Asked): Promise<Candidates> {
  const ofStream = await evidence.ofStream(asked.stream, asked.source);
  if (asked.model !== null) return oneVersion(ports, { asked, id: asked.model, ofStream });
  const aliases =
    asked.name === null
      ? await allChampions(ports, asked.source)
      : [await ports.documents.get<Alias>('aliases', championId(asked.name, asked.source))];
  const found: Candidates = { asked: [], refusals: [] };
  for (const alias of aliases) {
    if (!alias) {
      const reason = `no version of it is served for ${asked.source.kind} data`;
      found.refusals.push({ model: asked.name ?? '', reason });
      continue;
    }
    const evaluation = evidenceOf(await evidence.byId(alias.evaluations), asked);
    // Of all champions, those for other streams or horizons are not what was asked for.
    if (!evaluation && asked.name === null) continue;
    await admit(ports, found, { id: alias.model, evaluation, asked, reason: `champion of ${alias.name}` });
  }
  const ranked = bySkill(found.asked.map((each) => ({ ...each, skill: pastSkill(each, ofStream) })));
  return { asked: ranked.map(({ skill: _, ...each }) => each), refusals: found.refusals };
}

/** The newest walk-forward of this name, whatever version its folds ended with. */
function pastSkill({ model, evaluation }: Candidate, ofStream: readonly Evaluation[]): Evaluation {
  const walked = ofStream.find(
    (each) =>
      (each.folds?.length ?? 0) > 0 &&
      each.horizonBars === evaluation.horizonBars &&
      each.model.startsWith(`${model.name}@`),
  );
  return walked ?? evaluation;
}

async function allChampions(ports: Ports, source: Source): Promise<Alias[]> {
  const aliases: Alias[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Alias[]; cursor: string | null } = await ports.documents.find<Alias>('aliases', {
      where: { sourceKey: sourceKey(source) },
      limit: 200,
      ...(cursor ? { cursor } : {}),
    });
    aliases.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return aliases.filter(({ alias }) => alias === 'champion');
}

async function oneVersion(
  ports: Ports,
  args: { asked: Asked; id: string; ofStream: readonly Evaluation[] },
): Promise<Candidates> {
  const { asked, id } = args;
  const found: Candidates = { asked: [], refusals: [] };
  const own = args.ofStream.filter(({ model }) => model === id.replace(/^mdl_/, ''));
  const evaluation = evidenceOf(own, asked);
  await admit(ports, found, { id, evaluation, asked, reason: 'asked for by its version' });
  return found;
}

export const evidenceOf = (
  evaluations: readonly Evaluation[],
  { stream, horizonBars }: Asked,
): Evaluation | undefined =>
  evaluations.find(
    (each) => each.stream === stream && (horizonBars === null || each.horizonBars === horizonBars),
  );

export async function admit(
  ports: Ports,
  found: Candidates,
  args: { id: string; evaluation: Evaluation | undefined; asked: Asked; reason: string },
): Promise<void> {
  const { id, evaluation, asked, reason } = args;
  const model = id.replace(/^mdl_/, '');
  const refuse = (why: string): void => void found.refusals.push({ model, reason: why });
  try {
    const version = checkServable(await findModel(ports, id));
    if (version.task !== 'forecast') return refuse('it forecasts nothing');
    if (version.stage === 'rejected') return refuse('it was not promoted');
    if (evaluation?.leakAudit && !evaluation.leakAudit.passed) return refuse('it failed its audit for leaks');
    if (!evaluation) {
      const horizon = asked.horizonBars === null ? '' : ` ${asked.horizonBars} bars ahead`;
      return refuse(`it was not evaluated on ${asked.stream}${horizon}`);
    }
    found.asked.push({ model: version, evaluation, reason });
  } catch (error) {
    refuse(messageOf(error));
  }
}
