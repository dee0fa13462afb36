import type { Ports } from '../../adapters/ports.js';
import { digestOf } from '../../domain/digest.js';
import type { EnsembleKind } from '../../domain/ensembles.js';
import { DataQualityError, messageOf, NotFoundError } from '../../domain/errors.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { readFeatureVersion } from '../../domain/features.js';
import type { Prediction } from '../../domain/prediction.js';
import type { Replay } from '../../domain/prediction/request.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import { findModel } from '../models.js';
import { answerOf, type Answer, type AnswerArgs } from './answers.js';
import type { Asked } from './asked.js';
import { baselineAnswer } from './baseline.js';
import type { Candidate } from './candidates.js';
import { ensembleAnswer } from './ensemble.js';
import { openForecasts } from './forecasts.js';
import { predictionOf } from './record.js';
import { openSnapshots, rowsOf, type Snapshot } from './snapshots.js';

/**
 * Computes a prediction again from the bars and scores that it read, as they were known, and the very model, evaluation
 * and forecasts that it names; nothing that is kept in memory is used. First every digest on the way back is checked, so
 * that a changed object is named rather than its consequence.
 * @throws NotFoundError without such a prediction, DataQualityError for one of other feature definitions
 */
export async function replayPrediction(ports: Ports, id: string): Promise<Replay> {
  const stored = await ports.documents.get<Prediction>('predictions', id);
  if (!stored) throw new NotFoundError(`No prediction "${id}"; see GET /predictions or \`finsight explain\``);
  readFeatureVersion(String(stored.inputs['featureVersion']), `${id} was made from`);
  const expected = digestOf(decidedOf(stored));
  const verified = await ports.lineage.verify(id);
  const checks = verified.checks + 1;
  if (verified.firstBroken) {
    const { id: link, what, expected: was, found: is } = verified.firstBroken;
    return {
      ...{ id, identical: false, expected, found: null, checks },
      broken: { id: link, what, expected: was, found: is },
    };
  }
  const again = await recompute(ports, stored).catch((error: unknown) => {
    if (!(error instanceof DataQualityError || error instanceof NotFoundError)) throw error;
    return messageOf(error);
  });
  if (typeof again === 'string') {
    const broken = { id, what: 'an input of the prediction', expected: 'usable', found: again };
    return { id, identical: false, expected, found: null, broken, checks };
  }
  const found = digestOf(decidedOf(again));
  const broken = found === expected ? null : difference(stored, again);
  return { id, identical: found === expected, expected, found, broken, checks };
}

/** What is not decided by the inputs: when and for whom it was made, who was asked before, and how it ended. */
function decidedOf(prediction: Prediction): Record<string, unknown> {
  const {
    createdAt: _,
    settledAt: __,
    realised: ___,
    trigger: ____,
    chain: _____,
    reason: ______,
    route: ________,
    ...decided
  } = prediction;
  // Members that a store adds, and the infinities that JSON has not.
  const { sourceKey: _______, ...own } = decided as typeof decided & { sourceKey?: string };
  return JSON.parse(JSON.stringify(own, printed)) as Record<string, unknown>;
}

const printed = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value;

function difference(stored: Prediction, again: Prediction): Replay['broken'] {
  const [was, is] = [decidedOf(stored), decidedOf(again)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => name !== 'id');
  const name = names.find((each) => digestOf({ value: was[each] }) !== digestOf({ value: is[each] })) ?? 'id';
  return {
    id: stored.id,
    what: `member ${name} of the record`,
    expected: JSON.stringify(was[name]),
    found: JSON.stringify(is[name]) ?? 'nothing',
  };
}

async function recompute(ports: Ports, stored: Prediction): Promise<Prediction> {
  const { stream, source, inputs, read } = stored;
  const { minConfidence } = inputs;
  const asked: Asked = {
    ...{ stream, source, ...read, sentimentModel: String(inputs['sentimentModel']) },
    ...{ horizonBars: stored.horizonBars, name: null, model: null, ensemble: null, trigger: undefined },
    stickyKey: undefined,
    minConfidence: minConfidence === undefined ? undefined : Number(minConfidence),
  };
  const snapshots = openSnapshots(ports);
  const snapshot: Snapshot = await snapshots.read(asked);
  const args: AnswerArgs = {
    matrix: snapshot.matrix,
    timeframeMs: timeframeMs(parseStream(stream).timeframe),
    forecasts: openForecasts(ports),
    rowsOf: rowsOf(snapshots, asked, snapshot),
  };
  const answer = await answerAgain(ports, stored, args);
  return predictionOf(asked, { snapshot, answer, chain: stored.chain ?? [], createdAt: stored.createdAt });
}

async function answerAgain(ports: Ports, stored: Prediction, args: AnswerArgs): Promise<Answer> {
  const { inputs, horizonBars, model, reason } = stored;
  const text = (name: string): string => String(inputs[name]);
  if (inputs['baseline'] !== undefined)
    return baselineAnswer({ name: text('baseline'), reason }, { ...args, horizonBars });
  if (inputs['ensemble'] === undefined)
    return answerOf(await candidateOf(ports, { id: model, evaluation: text('evaluation') }), args);
  const members: Candidate[] = [];
  for (let i = 1; i <= Number(inputs['members']); i++)
    members.push(await candidateOf(ports, { id: text(`model:${i}`), evaluation: text(`evaluation:${i}`) }));
  return ensembleAnswer(text('ensemble') as EnsembleKind, members, args);
}

async function candidateOf(ports: Ports, pinned: { id: string; evaluation: string }): Promise<Candidate> {
  const model = await findModel(ports, pinned.id);
  const evaluation = await ports.documents.get<Evaluation>('evaluations', pinned.evaluation);
  if (!evaluation) throw new NotFoundError(`Evaluation ${pinned.evaluation} is gone`);
  return { model, evaluation, reason: '' };
}
