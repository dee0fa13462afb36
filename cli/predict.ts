import { readTime } from '../activities/window.js';
import { openPorts } from '../adapters/open.js';
import { openPredictor } from '../activities/prediction/predictor.js';
import { ENSEMBLES } from '../domain/ensembles.js';
import { InvalidInputError } from '../domain/errors.js';
import type { Prediction } from '../domain/prediction.js';
import type { PredictionRequest, Replay } from '../domain/prediction/request.js';
import { canonicalStream, parseStream, timeframeMs } from '../domain/streams.js';
import { connectApi, dataOf } from './api.js';
import { EXIT, printJson, printTable, say } from './output.js';
import { decimalNumber, given, wholeNumber, type AddCommands } from './shell.js';

interface PredictOptions {
  source?: string;
  horizon?: string;
  horizonBars?: number;
  name?: string;
  model?: string;
  ensemble?: PredictionRequest['ensemble'];
  minConfidence?: number;
  asOf?: string;
}

/** `predict <stream>`: a forecast from the stored bars; `replay <predictionId>`: the same one again. */
export const addPredict: AddCommands = (program, shell) => {
  program
    .command('predict <stream>')
    .description('forecast a stored stream with the best model on it, or the best baseline')
    .option('--source <kind>', 'of the stored bars')
    .option('--horizon <time>', 'how far ahead: bars (4), or a time (24h, 7d)')
    .option('--horizon-bars <n>', 'the same in bars', wholeNumber)
    .option('--model <model>', '<name>@<version>, or a name, whose champion answers')
    .option('--name <model>', 'the same as a name')
    .option('--ensemble <kind>', `all champions together: ${ENSEMBLES.join(', ')}`)
    .option('--min-confidence <share>', 'abstain below it, 0.5 … 1', decimalNumber)
    .option('--as-of <time>', 'with what was known then (default: now)')
    .action(async (stream: string, options: PredictOptions) => {
      const body = requestOf(canonicalStream(stream), options);
      const { client } = connectApi(shell.config());
      const made = dataOf(
        await client.POST('/predictions', { body: body as never }),
      ) as unknown as Prediction;
      if (shell.json()) return printJson(made);
      printPrediction(made);
    });
  program
    .command('replay <predictionId>')
    .description('compute a prediction again from what it was made from, and compare the bytes')
    .action(async (id: string) => {
      const ports = openPorts(shell.config());
      const replay = await openPredictor(ports)
        .replay(id)
        .finally(() => ports.close());
      if (shell.json()) printJson(replay);
      else say(replayText(replay));
      if (!replay.identical) shell.endWith(EXIT.integrity);
    });
};

/** @throws InvalidInputError naming the option and what would be right */
export function requestOf(stream: string, options: PredictOptions): PredictionRequest {
  const { source, horizon, name, model, ensemble, minConfidence, asOf } = options;
  if (horizon !== undefined && options.horizonBars !== undefined)
    throw new InvalidInputError('Give --horizon or --horizon-bars, not both');
  const horizonBars = horizon === undefined ? options.horizonBars : barsOf(horizon, stream);
  const named = model?.includes('@') ? { model } : { name: model ?? name };
  const time = asOf === undefined ? undefined : readTime('--as-of', asOf);
  return given({
    stream,
    source,
    horizonBars,
    ...named,
    ensemble,
    minConfidence,
    asOf: time,
  }) as PredictionRequest;
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** @throws InvalidInputError for a time that is no whole number of the stream's bars */
function barsOf(horizon: string, stream: string): number {
  const [, count, unit] = /^(\d+)([mhdw])?$/.exec(horizon) ?? [];
  if (count !== undefined && unit === undefined) return Number(count);
  const { timeframe } = parseStream(stream);
  const bars = (Number(count) * (UNITS[unit ?? ''] ?? NaN)) / timeframeMs(timeframe);
  if (Number.isInteger(bars) && bars > 0) return bars;
  throw new InvalidInputError(
    `--horizon ${horizon} is no whole number of bars of ${timeframe}; it is bars (4) or a time (24h, 7d)`,
  );
}

function printPrediction(made: Prediction): void {
  const { id, model, reason, lastClose, mean, interval, probabilityUp, abstained } = made;
  const { source, horizonBars } = made;
  const at = (time: number): string => new Date(time).toISOString();
  const when = { asOf: at(made.asOf), target: at(made.targetTime), horizonBars };
  const row = { id, model, ...when, lastClose, mean, ...interval, probabilityUp };
  printTable([{ ...row, abstained: abstained ?? '', source: source.kind, reason }]);
  const points = (made.path ?? []).map((point) => ({
    horizonBars: point.horizonBars,
    target: at(point.targetTime),
    mean: point.mean,
    ...Object.fromEntries(point.quantiles.map(({ level, price }) => [`p${100 * level}`, price])),
  }));
  if (points.length > 0) printTable(points);
  for (const refusal of made.chain ?? []) say(`${refusal.model} did not answer: ${refusal.reason}`);
}

function replayText({ id, identical, expected, found, broken, checks }: Replay): string {
  if (identical) return `${id}: identical, sha256 ${expected}; ${checks} digests compared`;
  const link =
    broken && `${broken.what} of ${broken.id}: recorded was ${broken.expected}, found is ${broken.found}`;
  return `${id}: not what it was, sha256 ${expected} became ${found ?? 'nothing'}; ${link ?? 'no input is broken'}`;
}
