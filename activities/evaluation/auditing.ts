import type { Ports } from '../../adapters/ports.js';
import { toColumns } from '../../domain/bars.js';
import { horizonsOf } from '../../domain/dataset/samples.js';
import { NotFoundError } from '../../domain/errors.js';
import { readFeatureVersion } from '../../domain/features.js';
import { auditLeaks } from '../../domain/evaluation/leak-audit.js';
import { leaksOf, type LeakAudit } from '../../domain/evaluation/leaks/verdict.js';
import type { StoredTable } from '../../domain/evaluation/leaks/stored.js';
import type { ForecastRows } from '../../domain/evaluation/rows.js';
import type { MarketData, NewsPoint } from '../../domain/lookahead/data.js';
import { matrixOf } from '../../domain/lookahead/subjects.js';
import { modelId, type ModelVersion } from '../../domain/models.js';
import { baseOf, parseStream, timeframeMs } from '../../domain/streams.js';
import { beat } from '../beat.js';
import { keepCard } from './carding.js';
import type { StoredDataset } from '../dataset.js';
import { dropAlias } from '../models.js';

/** Audits what a model was trained on and what it says of its held-out rows of one stream. */
export async function auditStreamModel(
  ports: Ports,
  args: {
    model: ModelVersion;
    dataset: StoredDataset;
    stream: string;
    rows: ForecastRows;
    explanation?: string;
  },
): Promise<LeakAudit> {
  const { model, dataset, stream, rows, explanation } = args;
  const { timeframe } = parseStream(stream);
  const data = await marketData(ports, dataset, stream);
  const version = readFeatureVersion(dataset.featureVersion, `Dataset ${dataset.id} holds`);
  return auditLeaks({
    data,
    features: (changed) => matrixOf(changed, timeframe, version),
    lookBack: dataset.spec.lookBack,
    horizons: horizonsOf(dataset.spec),
    horizonBars: dataset.spec.horizonBars,
    timeframeMs: data.timeframeMs,
    stored: await storedTable(ports, dataset, stream),
    rows,
    seed: `${modelId(model)} ${stream}`,
    ...(explanation ? { explanation } : {}),
    onStep: breathe,
  });
}

/** A beat only leaves the process when its event loop turns. */
async function breathe(): Promise<void> {
  beat();
  await new Promise((resolve) => setImmediate(resolve));
}

/** Bars and news of the stream with the instants at which they became known. */
async function marketData(ports: Ports, dataset: StoredDataset, stream: string): Promise<MarketData> {
  const { source, from, to, asOf } = dataset;
  const parsed = parseStream(stream);
  const versions = await ports.series.versions({ stream: parsed, source, range: { from, to }, asOf });
  const { points } = await ports.sentimentPoints({
    model: dataset.sentimentModel,
    asset: baseOf(parsed.symbol),
    source,
    from,
    asOf,
  });
  return {
    bars: { ...toColumns(versions), knownAt: Float64Array.from(versions, ({ knownAt }) => knownAt) },
    news: points.map((point): NewsPoint => ({ ...point, publishedAt: point.knownAt })),
    timeframeMs: timeframeMs(parsed.timeframe),
  };
}

const OTHER_COLUMNS = new Set(['time', 'stream', 'split', 'target', 'volatility']);

/** The stream's rows of the table that was trained on; null where it was cleaned up since. */
async function storedTable(
  ports: Ports,
  dataset: StoredDataset,
  stream: string,
): Promise<StoredTable | null> {
  const { key, sha256 } = dataset.object;
  const bytes = await ports.objects.get(key, sha256).catch((error: unknown) => {
    if (error instanceof NotFoundError) return null;
    throw error;
  });
  if (!bytes) return null;
  const columns = await ports.tables.decode(bytes);
  const read = (name: string): ArrayLike<number> => columns.find((each) => each.name === name)?.values ?? [];
  const number = dataset.streams.indexOf(stream);
  const streams = read('stream');
  const rows = Array.from(streams, (_, row) => row).filter((row) => streams[row] === number);
  const part = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(rows, (row) => values[row] ?? NaN);
  return {
    time: part(read('time')),
    split: part(read('split')),
    features: columns
      .filter(({ name }) => !OTHER_COLUMNS.has(name) && !/^target_\d+$/.test(name))
      .map(({ name, values }) => ({ name, values: part(values) })),
  };
}

/**
 * Puts an audit's verdict on the model: one that fails is rejected with the reasons and served no longer; one that
 * passes on a stream after all (an accuracy that was explained) is rid of what was held against it there. Then its card is
 * written anew.
 */
export async function concludeEvaluation(
  ports: Ports,
  args: { model: ModelVersion; stream: string; evaluation: string; audit: LeakAudit },
): Promise<void> {
  await recordAudit(ports, args);
  await keepCard(ports, args.model.id);
}

async function recordAudit(
  ports: Ports,
  args: { model: ModelVersion; stream: string; evaluation: string; audit: LeakAudit },
): Promise<void> {
  const { model, stream, evaluation, audit } = args;
  const reasons = leaksOf(audit);
  if (audit.passed && !model.leaks?.some((each) => each.stream === stream)) return;
  let changed: ModelVersion = model;
  await ports.documents.update<ModelVersion>('models', model.id, (current) => {
    const before = current ?? model;
    const leaks = (before.leaks ?? []).filter((each) => each.stream !== stream);
    if (!audit.passed) leaks.push({ stream, evaluation, reasons });
    const free = before.stage === 'rejected' ? 'candidate' : before.stage;
    changed = { ...before, leaks, stage: leaks.length > 0 ? 'rejected' : free };
    return changed;
  });
  if (changed.stage === 'rejected') await dropAlias(ports, model);
  await ports.documents.insert('audit', [
    {
      id: `aud_leaks_${model.id}_${evaluation}`,
      at: ports.now(),
      principal: 'evaluateModel',
      action: audit.passed ? 'model.cleared' : 'model.rejected',
      target: model.id,
      detail: { stream, evaluation, reasons },
    },
  ]);
}
