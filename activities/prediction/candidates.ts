import type { Ports } from '../../adapters/ports.js';
import { messageOf } from '../../domain/errors.js';
import type { Evaluation } from '../../domain/evaluation.js';
import type { ModelVersion } from '../../domain/models.js';
import type { Refusal } from '../../domain/prediction.js';
import { bySkill } from '../../domain/prediction/selection.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { championId, checkServable, findModel, type Alias } from '../models.js';
import type { Asked } from './asked.js';

/** A model that may answer, with its evidence on the stream that is asked for. */
export interface Candidate {
  model: ModelVersion;
  evaluation: Evaluation;
  reason: string;
}

export interface Candidates {
  /** The best by past skill first. */
  asked: Candidate[];
  refusals: Refusal[];
}

/**
 * Who is asked: the champions, of whatever kind, that were evaluated on this very stream and horizon, or the named one
 * alone. One without that evidence, of other features, rejected, or that failed its audit is told as a refusal.
 */
export async function findCandidates(ports: Ports, asked: Asked): Promise<Candidates> {
  if (asked.model !== null) return oneVersion(ports, asked, asked.model);
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
    const evaluations = await ports.documents.getMany<Evaluation>('evaluations', alias.evaluations);
    const evaluation = evidenceOf(evaluations, asked);
    // Of all champions, those for other streams or horizons are not what was asked for.
    if (!evaluation && asked.name === null) continue;
    await admit(ports, found, { id: alias.model, evaluation, asked, reason: `champion of ${alias.name}` });
  }
  return { asked: bySkill(found.asked), refusals: found.refusals };
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

async function oneVersion(ports: Ports, asked: Asked, id: string): Promise<Candidates> {
  const found: Candidates = { asked: [], refusals: [] };
  const { items } = await ports.documents.find<Evaluation>('evaluations', {
    where: { model: id.replace(/^mdl_/, ''), stream: asked.stream, sourceKey: sourceKey(asked.source) },
    order: 'newest',
    limit: 50,
  });
  await admit(ports, found, {
    id,
    evaluation: evidenceOf(items, asked),
    asked,
    reason: 'asked for by its version',
  });
  return found;
}

const evidenceOf = (evaluations: Evaluation[], { stream, horizonBars }: Asked): Evaluation | undefined =>
  evaluations.find(
    (each) => each.stream === stream && (horizonBars === null || each.horizonBars === horizonBars),
  );

async function admit(
  ports: Ports,
  found: Candidates,
  args: { id: string; evaluation: Evaluation | undefined; asked: Asked; reason: string },
): Promise<void> {
  const { id, evaluation, asked, reason } = args;
  const model = id.replace(/^mdl_/, '');
  const refuse = (why: string): void => void found.refusals.push({ model, reason: why });
  try {
    const version = checkServable(await findModel(ports, id));
    const audit = (evaluation as { leakAudit?: { passed: boolean } } | undefined)?.leakAudit;
    if (version.task !== 'forecast') return refuse('it forecasts nothing');
    if (version.stage === 'rejected') return refuse('it was not promoted');
    if (audit && !audit.passed) return refuse('it failed its audit for leaks');
    if (!evaluation) {
      const horizon = asked.horizonBars === null ? '' : ` ${asked.horizonBars} bars ahead`;
      return refuse(`it was not evaluated on ${asked.stream}${horizon}`);
    }
    found.asked.push({ model: version, evaluation, reason });
  } catch (error) {
    refuse(messageOf(error));
  }
}
