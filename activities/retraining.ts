import type { Ports } from '../adapters/ports.js';
import type { Costs } from '../domain/backtest/spec.js';
import { cutWindows, sampleRows } from '../domain/dataset.js';
import { targetColumn } from '../domain/dataset/samples.js';
import { compareRecent, type RecentComparison, type RecentRow } from '../domain/drift/retraining.js';
import { NotFoundError } from '../domain/errors.js';
import { FEATURE_VERSION, readFeatureVersion } from '../domain/features.js';
import type { Evaluation } from '../domain/evaluation.js';
import type { ModelVersion } from '../domain/models.js';
import { formatSource } from '../domain/sources.js';
import type { Trainer } from '../domain/training/trainers.js';
import { audit } from './auditing.js';
import { findStored } from './bars/stored.js';
import { beat } from './beat.js';
import { findDataset, readMatrix, stepOf, type DatasetInput } from './dataset.js';
import { championId, findModel, type Alias } from './models.js';
import { inferTargets } from './parity.js';
import type { TrainingInput } from './training.js';
import { readSource, type SourceInput } from './window.js';

export interface RetrainingInput {
  /** Of the model, such as `ridge-1h-h1`. */
  name: string;
  /** Whose champion; a model is served for data of one kind of source. */
  source: SourceInput;
  /** Length of the window that is learnt from, up to now; left out: as long as the champion's. */
  days?: number;
  /** Epoch ms; left out: now. */
  asOf?: number;
  /** The drift report that asked for it. */
  report?: string;
}

/** What is to be built, trained and held against what. */
export interface RetrainingPlan {
  /** `<name>@<version>`. */
  champion: string;
  dataset: DatasetInput;
  training: Omit<TrainingInput, 'dataset'>;
  costs: Costs;
}

export interface RetrainingOutcome {
  champion: string;
  challenger: string;
  report: string | null;
  comparison: RecentComparison;
}

const DAY_MS = 86_400_000;

export const retrainingSteps = (ports: Ports) => ({
  /** The champion's own streams, kind and settings, on a window that ends now. @throws NotFoundError without a champion. */
  async planRetraining(input: RetrainingInput): Promise<RetrainingPlan> {
    const source = readSource(input.source);
    const alias = await ports.documents.get<Alias>('aliases', championId(input.name, source));
    if (!alias)
      throw new NotFoundError(
        `No champion of "${input.name}" for ${formatSource(source)}; the story deployModel makes one`,
      );
    const model = await findModel(ports, alias.model);
    const old = await findDataset(ports, model.dataset ?? '');
    const evidence = await ports.documents.getMany<Evaluation>('evaluations', alias.evaluations);
    const costs = evidence[0]?.profitAfterCosts ?? { feeBps: 10, slippageBps: 2 };
    const asOf = input.asOf ?? ports.now();
    const to = Math.min(asOf, await storedTo(ports, old.streams, model));
    const length = input.days === undefined ? old.to - old.from : input.days * DAY_MS;
    const { lookBack, horizonBars, horizons } = old.spec;
    return {
      champion: `${model.name}@${model.version}`,
      dataset: {
        ...{ source: model.source, streams: old.streams, from: to - length, to, asOf },
        ...{ sentimentModel: old.sentimentModel, lookBack, horizonBars, ...(horizons && { horizons }) },
        ...(old.featureVersion !== FEATURE_VERSION && {
          featureVersion: readFeatureVersion(old.featureVersion, `Dataset ${old.id} holds`),
        }),
      },
      training: { name: model.name, trainer: model.kind as Trainer, ...settingsOf(model) },
      costs: { feeBps: costs.feeBps, slippageBps: costs.slippageBps },
    };
  },

  /** The decision with its reasons, and the stage of a challenger that lost. */
  async recordRetraining(args: RetrainingOutcome & { better: boolean }): Promise<void> {
    const { champion, challenger, comparison, better, report } = args;
    if (!better && challenger !== champion)
      await ports.documents.update<ModelVersion>('models', `mdl_${challenger}`, (model) => ({
        ...(model as ModelVersion),
        stage: model?.stage === 'candidate' ? 'rejected' : (model?.stage ?? 'rejected'),
      }));
    const reason = `${better ? 'For' : 'Against'}: ${comparison.reason}`;
    await audit(
      ports,
      {
        ...{ principal: 'retrainModel', tenant: 'default' },
        ...{ action: better ? 'model.challenges' : 'model.kept', target: `mdl_${challenger}` },
      },
      { champion, report, reasons: [reason], comparison: { ...comparison } },
    );
  },
});

export const recentComparisonSteps = (ports: Ports) => ({
  /** Both models on the new dataset's held-out rows that neither has learnt from, through the serving adapter. */
  async compareOnRecent(args: {
    champion: string;
    challenger: string;
    dataset: string;
  }): Promise<RecentComparison> {
    const dataset = await findDataset(ports, args.dataset);
    const champion = await findModel(ports, args.champion);
    const models = [champion, await findModel(ports, args.challenger)];
    // What the champion learnt from, and chose its weights by, lies before its own test part.
    const unseenFrom = (await findDataset(ports, champion.dataset ?? '')).split.testFrom;
    const timeframeMs = stepOf(dataset.streams);
    const rows: RecentRow[] = [];
    for (const stream of dataset.streams) {
      const read = await readMatrix(ports, { ...dataset, stream });
      const { matrix } = read.streamMatrix;
      const asked = { matrix, spec: dataset.spec, split: dataset.split, timeframeMs };
      const test = sampleRows(asked).test.filter((row) => (matrix.time[row] ?? NaN) >= unseenFrom);
      const target = targetColumn({ matrix, horizon: dataset.spec.horizonBars, timeframeMs });
      const errors: Float64Array[] = [];
      for (const model of models) {
        const lookBack = dataset.spec.lookBack;
        const { featureVersion } = model;
        const isSame = featureVersion === dataset.featureVersion;
        const own = isSame ? read : await readMatrix(ports, { ...dataset, stream, featureVersion });
        const seen = own.streamMatrix.matrix;
        const windows = cutWindows({ matrix: seen, rows: test, lookBack });
        const dims: [number, number, number] = [test.length, lookBack, seen.columns.length];
        const scaled = await inferTargets(ports, model, windows, dims);
        errors.push(scaled.map((value, i) => (value - (target[test[i] ?? -1] ?? NaN)) ** 2));
        beat();
      }
      test.forEach((row, i) =>
        rows.push({
          time: matrix.time[row] ?? NaN,
          champion: errors[0]?.[i] ?? NaN,
          challenger: errors[1]?.[i] ?? NaN,
        }),
      );
    }
    return compareRecent({ rows, horizonMs: dataset.spec.horizonBars * timeframeMs });
  },
});

/** To where all streams have bars. */
async function storedTo(ports: Ports, streams: string[], model: ModelVersion): Promise<number> {
  let to = Infinity;
  for (const stream of streams)
    to = Math.min(to, (await findStored(ports, { stream, source: model.source })).range.to);
  return to;
}

/** The champion's hyper-parameters; what it was tuned for need not be tuned again. */
function settingsOf({ spec }: ModelVersion): Pick<TrainingInput, 'params' | 'training'> {
  const { params, training } = spec as Pick<TrainingInput, 'params' | 'training'>;
  return { ...(params && { params }), ...(training && { training }) };
}
