import type { ForecastsPort } from '../../adapters/ports-forecasts.js';
import type { Ports } from '../../adapters/ports.js';
import { DataQualityError, messageOf, NotFoundError } from '../../domain/errors.js';
import type { Prediction, PredictionRoute, Refusal } from '../../domain/prediction.js';
import { madeEvent } from '../../domain/prediction/events.js';
import type { PredictionRequest } from '../../domain/prediction/request.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import { answerOf, type Answer, type AnswerArgs } from './answers.js';
import { readAsked, type Asked } from './asked.js';
import { baselineAnswer, chooseBaselines } from './baseline.js';
import { findCandidates, openEvidence, type Candidates, type Evidence } from './candidates.js';
import { ensembleAnswer } from './ensemble.js';
import { openForecasts, type Forecasts } from './forecasts.js';
import { openMirror, type Mirror } from './mirroring.js';
import { predictionOf } from './record.js';
import { replayPrediction } from './replay.js';
import { routeCandidates, type Routed } from './routed.js';
import { openSnapshots, rowsOf, type Snapshot } from './snapshots.js';
import { openTallies, type Tallies } from './tallying.js';

/** What stands in the way of an answer by one model, and not of that by another. */
const REFUSALS = new Set(['InvalidInputError', 'NotFoundError', 'DataQualityError', 'UnreachableError']);

/** Predictions of this process: what streams and models hold is kept between them. */
export function openPredictor(ports: Ports): ForecastsPort {
  const snapshots = openSnapshots(ports);
  const forecasts = openForecasts(ports);
  const evidence = openEvidence(ports);
  const tallies = openTallies(ports);
  const parts: Parts = { forecasts, evidence, tallies, mirror: openMirror(tallies) };
  const make = async (request: PredictionRequest): Promise<Prediction> => {
    const asked = await readAsked(ports, request);
    const snapshot = await snapshots.read(asked);
    return answered(ports, asked, { ...parts, snapshot, rowsOf: rowsOf(snapshots, asked, snapshot) });
  };
  return {
    async predict(request) {
      const [stored] = await store(ports, [await make(request)]);
      return stored as Prediction;
    },
    async predictMany(requests) {
      const made = await inLanes(requests, (request) =>
        make(request).catch((error: unknown) => error as Error),
      );
      const stored = await store(
        ports,
        made.filter((each): each is Prediction => !(each instanceof Error)),
      );
      const byId = new Map(stored.map((each) => [each.id, each]));
      return made.map((each) => (each instanceof Error ? each : (byId.get(each.id) ?? each)));
    },
    replay: (id) => replayPrediction(ports, id),
  };
}

/** Streams that are read at a time where nothing of them is held yet. */
const LANES = 4;

async function inLanes<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

/** Records with their events, in one transaction; one that was made before is the same record. */
async function store(ports: Ports, made: Prediction[]): Promise<Prediction[]> {
  if (made.length === 0) return [];
  const one = [...new Map(made.map((each) => [each.id, each])).values()];
  const { inserted } = await ports.documents.insert<Prediction>('predictions', one, madeEvent);
  const fresh = new Set(inserted);
  const old = one.filter(({ id }) => !fresh.has(id)).map(({ id }) => id);
  const before = old.length > 0 ? await ports.documents.getMany<Prediction>('predictions', old) : [];
  const known = new Map(before.map((each) => [each.id, each]));
  return one.map((each) => known.get(each.id) ?? each);
}

/** What a process keeps between predictions. */
interface Parts {
  forecasts: Forecasts;
  evidence: Evidence;
  tallies: Tallies;
  mirror: Mirror;
}

async function answered(
  ports: Ports,
  asked: Asked,
  { snapshot, rowsOf: rows, ...parts }: Parts & { snapshot: Snapshot; rowsOf: AnswerArgs['rowsOf'] },
): Promise<Prediction> {
  const step = timeframeMs(parseStream(asked.stream).timeframe);
  checkHistory(asked, snapshot);
  const { forecasts } = parts;
  const args: AnswerArgs = { matrix: snapshot.matrix, timeframeMs: step, forecasts, rowsOf: rows };
  const chain: Refusal[] = [];
  const { answer, routed } = await firstAnswer(ports, asked, { ...parts, args, chain });
  if (routed) parts.mirror(routed, answer, args);
  const made = { snapshot, answer, chain, createdAt: ports.now() };
  return predictionOf(asked, { ...made, ...(routed && { route: routeTold(routed) }) });
}

const routeTold = ({ deployment, as, route }: Routed): PredictionRoute => ({
  ...{ deployment, rollout: route.rollout, phase: route.phase, answered: as, percent: route.percent },
});

/** A last bar without a volatility is either the warm-up or a price that stands still. */
function checkHistory({ stream, source, asOf }: Asked, { matrix }: Snapshot): void {
  const rows = matrix.time.length;
  const last = rows - 1;
  if (rows === 0)
    throw new NotFoundError(
      `No bar of ${stream} (${source.kind}) had closed by ${new Date(asOf).toISOString()} in what is stored`,
    );
  if (Number.isNaN(matrix.volatility[last] ?? NaN))
    throw new DataQualityError(
      `No forecast of ${stream}: ${rows} bars are too few for a volatility, which takes 49; collect more of them`,
    );
}

/** The ensemble where one is asked for, the models by skill, the best baseline, persistence: who refuses is told. */
async function firstAnswer(
  ports: Ports,
  asked: Asked,
  { args, chain, evidence, tallies }: Parts & { args: AnswerArgs; chain: Refusal[] },
): Promise<{ answer: Answer; routed: Routed | null }> {
  const barTime = args.matrix.time.at(-1) ?? NaN;
  const found = await findCandidates(ports, evidence, asked);
  const candidates = await routeCandidates(ports, evidence, { asked, found, barTime });
  chain.push(...candidates.refusals);
  for (const { model, routed, answer } of attempts(asked, candidates, args)) {
    const started = performance.now();
    const failed = (error: unknown): null => {
      if (!(error instanceof Error && REFUSALS.has(error.name))) throw error;
      const reason = messageOf(error);
      chain.push({ model, reason });
      // A hole in the bars is nobody's fault.
      if (routed && error.name !== 'InvalidInputError')
        tallies.answered(routed, { ms: performance.now() - started, failure: reason });
      return null;
    };
    const given = await answer().catch(failed);
    if (given && routed) tallies.answered(routed, { ms: given.inferenceMs, failure: null });
    if (given) return { answer: given, routed };
  }
  const answer = await baselineOf(evidence, asked, { args, chain, candidates });
  return { answer, routed: candidates.unserved ?? null };
}

async function baselineOf(
  evidence: Evidence,
  asked: Asked,
  { args, chain, candidates }: { args: AnswerArgs; chain: Refusal[]; candidates: Candidates },
): Promise<Answer> {
  const horizonBars = asked.horizonBars ?? candidates.asked[0]?.evaluation.horizonBars ?? 1;
  const modelsFailed = candidates.asked.length > 0;
  let last: Answer | null = null;
  for (const chosen of await chooseBaselines(evidence, asked, { horizonBars, modelsFailed })) {
    last = await baselineAnswer(chosen, { ...args, horizonBars });
    if (Number.isFinite(last.scaled)) return last;
    chain.push({ model: last.model, reason: `too little history: ${args.matrix.time.length} bars` });
  }
  return last as Answer;
}

interface Attempt {
  model: string;
  /** Null where no rollout of it is under way. */
  routed: Routed | null;
  answer(): Promise<Answer>;
}

function attempts({ ensemble }: Asked, candidates: Candidates, args: AnswerArgs): Attempt[] {
  const single = candidates.asked.map((each): Attempt => {
    const routed = each.routed ?? null;
    const limit = routed === null || routed.timeoutMs === null ? {} : { timeoutMs: routed.timeoutMs };
    return {
      ...{ model: `${each.model.name}@${each.model.version}`, routed },
      answer: () => answerOf(each, { ...args, ...limit }),
    };
  });
  if (ensemble === null) return single;
  // Of one name, one version: that which was to answer.
  const members = candidates.asked.filter(({ routed }) => routed?.as !== 'fallback');
  const all: Attempt = {
    ...{ model: `ensemble:${ensemble}`, routed: null },
    answer: () => ensembleAnswer(ensemble, members, args),
  };
  return [all, ...single];
}
