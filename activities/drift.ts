import type { Ports } from '../adapters/ports.js';
import {
  COOL_DOWN_HOURS,
  decideOnDrift,
  type DriftDecision,
  type DriftPolicy,
  type RetrainingState,
} from '../domain/drift/retraining.js';
import { driftReportId } from '../domain/drift/report.js';
import { DRIFT_THRESHOLDS } from '../domain/drift/thresholds.js';
import { judgeDrift, type Measured } from '../domain/drift/verdict.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { parseStream, streamId } from '../domain/streams.js';
import { audit } from './auditing.js';
import { findStored } from './bars/stored.js';
import { findDataset } from './dataset.js';
import { measureChampion, type DriftLook } from './drift/measuring.js';
import { findReport, keepReport, type DriftRef } from './drift/keeping.js';
import { championId, findModel, type Alias } from './models.js';
import type { SourceInput } from './window.js';

export interface DriftInput {
  stream: string;
  source?: SourceInput;
  /** Only the champion of this name; left out: every champion that was evaluated on the stream. */
  name?: string;
  /** Epoch ms; left out: now. */
  asOf?: number;
  /** Rows of the recent window; left out: thirty days. */
  recentBars?: number;
  /** False alarms per look; left out: 0.03. */
  level?: number;
}

export interface DriftPlan extends DriftLook {
  /** What is looked at: models with their evaluation on this stream. */
  champions: { model: string; evaluation: string }[];
}

/** There is nothing to look at, and why: a new installation has no champions. */
export interface DriftIdle {
  stream: string;
  idle: string;
}

export interface DriftDecisionInput {
  report: string;
  policy: DriftPolicy;
  coolDownHours?: number;
}

/** Stored in `driftStates`: when a model name was last trained anew. */
interface StoredState extends RetrainingState {
  id: string;
  name: string;
  sourceKey: string;
}

const MOST_CHAMPIONS = 20;

export const driftSteps = (ports: Ports) => ({
  /** @throws InvalidInputError for a level or window that cannot be, NotFoundError where the named source has no bars of the stream. */
  async planDrift(input: DriftInput): Promise<DriftPlan | DriftIdle> {
    const { level = DRIFT_THRESHOLDS.level, recentBars = null } = input;
    if (!(level > 0 && level < 1))
      throw new InvalidInputError(`level is ${level}; it is a share of false alarms between 0 and 1`);
    if (recentBars !== null && !(Number.isInteger(recentBars) && recentBars >= DRIFT_THRESHOLDS.leastRows))
      throw new InvalidInputError(
        `recentBars is ${recentBars}; it is a whole number from ${DRIFT_THRESHOLDS.leastRows}`,
      );
    const asOf = input.asOf ?? ports.now();
    const stored = await storedOf(ports, input);
    if (!stored) return { stream: input.stream, idle: `no bars of ${input.stream} are stored` };
    const { source, to } = stored;
    const champions = await championsOf(ports, { ...input, sourceKey: sourceKey(source) });
    if (champions.length === 0)
      return { stream: input.stream, idle: `no champion was evaluated on ${input.stream}` };
    const look = { source, stream: input.stream, asOf, end: Math.min(asOf, to), recentBars, level };
    return { ...look, champions };
  },
});

export const driftMeasuringSteps = (ports: Ports) => ({
  /** Compares, judges and keeps; the event of a drift that begins joins the report's transaction. */
  async measureDrift(asked: {
    plan: Omit<DriftPlan, 'champions'>;
    model: string;
    evaluation: string;
  }): Promise<DriftRef> {
    const { plan } = asked;
    const model = await findModel(ports, asked.model);
    const evaluation = await ports.documents.get<Evaluation>('evaluations', asked.evaluation);
    if (!evaluation)
      throw new NotFoundError(`No evaluation "${asked.evaluation}", which ${asked.model} was promoted on`);
    const dataset = await findDataset(ports, model.dataset ?? '');
    const found = await measureChampion(ports, plan, { model, evaluation, dataset });
    const { inputs, residuals, calibration, window, settled, times } = found;
    const thresholds = { level: plan.level };
    const { verdict, findings } = judgeDrift({ inputs, residuals, calibration, thresholds });
    const about = {
      ...{ stream: plan.stream, model: `${model.name}@${model.version}`, asOf: found.asOf },
      ...{ sourceKey: sourceKey(plan.source), level: plan.level, window, settled },
      ...{ dataset: dataset.id, evaluation: evaluation.id, horizonBars: evaluation.horizonBars },
      digests: { ...found.digests, dataset: dataset.sha256, forecasts: evaluation.forecasts.sha256 },
    };
    const moved = valueOf(residuals);
    const since = moved ? (times[moved.turn] ?? null) : null;
    return keepReport(ports, {
      ...{ ...about, id: driftReportId(about), verdict, findings },
      ...{ inputs: valueOf(inputs), calibration: valueOf(calibration) },
      residuals: moved && { ...moved, since },
      ...{ createdAt: ports.now(), source: plan.source, read: found.read },
    });
  },
});

export const driftDecidingSteps = (ports: Ports) => ({
  /** What follows from a report, with the reason in the audit; a retraining is claimed, so that streams of one model start one. */
  async decideOnDrift(asked: DriftDecisionInput): Promise<DriftDecision & { model: string }> {
    const report = await findReport(ports, asked.report);
    const name = nameOf(report.model);
    const id = championId(name, report.source);
    const { policy, coolDownHours = COOL_DOWN_HOURS } = asked;
    let decision: DriftDecision = { action: 'none', reason: '' };
    const decide = (before: StoredState | null): DriftDecision =>
      decideOnDrift({ report, policy, coolDownHours, before, now: ports.now() });
    if (policy === 'retrain' && report.verdict === 'drift')
      await ports.documents.update<StoredState>('driftStates', id, (before) => {
        decision = decide(before);
        const claimed = {
          id,
          name,
          sourceKey: report.sourceKey,
          retrainedAt: ports.now(),
          report: report.id,
        };
        const isOwn = before?.report === report.id;
        return before && (isOwn || decision.action !== 'retrain') ? before : claimed;
      });
    else decision = decide(null);
    if (report.verdict === 'drift')
      await audit(
        ports,
        {
          ...{ principal: 'watchDrift', tenant: 'default' },
          ...{ action: `drift.${decision.action}`, target: `mdl_${report.model}` },
        },
        { report: report.id, stream: report.stream, policy, reason: decision.reason },
      );
    return { ...decision, model: report.model };
  },
});

const valueOf = <T>(found: Measured<T>): T | null => ('measured' in found ? found.measured : null);

const nameOf = (model: string): string => model.slice(0, model.lastIndexOf('@'));

/** Of several sources that nobody chose from, the one whose bars are newest, as forecasts take it. */
async function storedOf(
  ports: Ports,
  { stream, source }: Pick<DriftInput, 'stream' | 'source'>,
): Promise<{ source: Source; to: number } | null> {
  if (source !== undefined) {
    const found = await findStored(ports, { stream, source });
    return { source: found.source, to: found.range.to };
  }
  const parsed = parseStream(stream);
  const all = (await ports.series.streams(parsed)).filter(
    (each) => streamId(each.stream) === streamId(parsed),
  );
  const [newest] = all.toSorted((a, b) => b.range.to - a.range.to);
  return newest ? { source: newest.source, to: newest.range.to } : null;
}

/** Champions that were evaluated on the stream, by name. */
async function championsOf(
  ports: Ports,
  asked: { stream: string; name?: string; sourceKey: string },
): Promise<DriftPlan['champions']> {
  const where = { sourceKey: asked.sourceKey, ...(asked.name ? { name: asked.name } : {}) };
  const { items } = await ports.documents.find<Alias>('aliases', { where, limit: 1000 });
  const out: DriftPlan['champions'] = [];
  for (const alias of items.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const evidence = await ports.documents.getMany<Evaluation>('evaluations', alias.evaluations);
    const own = evidence.find(({ stream }) => stream === asked.stream);
    if (own) out.push({ model: alias.model, evaluation: own.id });
  }
  return out.slice(0, MOST_CHAMPIONS);
}
