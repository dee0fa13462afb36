import type { Ports } from '../../adapters/ports.js';
import type { BarColumns } from '../../domain/bars.js';
import { FEATURE_VERSION, FEATURES } from '../../domain/features.js';
import { seededNormal } from '../../domain/random.js';
import { parseStream } from '../../domain/streams.js';

const HOUR = 3_600_000;
const START = Date.UTC(2022, 0, 1);
const ROWS = 2 * 365 * 24;
const HELD_OUT = 1200;
const HORIZON = 4;
const SOURCE = { kind: 'simulated', detail: '9' } as const;
const KEY = 'simulated-9';

/** Each with two years of hourly bars. */
export const STREAMS = Array.from({ length: 100 }, (_, i) => `binance/C${i}-USDT/1h`);

/** Bars of all streams, and one served model with (made) evidence on each: what is timed is not how good it is. */
export async function fillPlatform(
  ports: Ports,
  served: { bytes: Uint8Array; lookBack: number; horizons: number[]; levels: number[] },
): Promise<void> {
  const onnx = await ports.objects.put('models/bench.onnx', served.bytes);
  const facts = { createdAt: START, source: SOURCE };
  const spec = { lookBack: served.lookBack, horizonBars: HORIZON, horizons: served.horizons };
  await ports.documents.insert('datasets', [
    { ...{ id: 'ds_bench', sha256: 'bench', streams: STREAMS, spec, features: FEATURES }, ...facts },
  ]);
  const model = {
    ...{ id: 'mdl_bench@1', name: 'bench', version: '1', onnx, task: 'forecast', kind: 'patchtst' },
    ...{
      stage: 'champion',
      dataset: 'ds_bench',
      featureVersion: FEATURE_VERSION,
      specSha256: 'bench',
      spec: {},
    },
    training: { quantiles: served.levels, horizons: served.horizons },
  };
  await ports.documents.insert('models', [{ ...model, ...facts }]);
  const evaluations: string[] = [];
  for (const [i, stream] of STREAMS.entries()) {
    const columns = bars(`${i}`);
    const knownAt = columns.time.map((time) => time + HOUR);
    const write = { stream: parseStream(stream), columns: { ...columns, knownAt }, source: SOURCE };
    await ports.series.writeColumns?.(write);
    evaluations.push(await evaluate(ports, stream, columns));
  }
  const alias = { name: 'bench', sourceKey: KEY, alias: 'champion', model: 'mdl_bench@1', evaluations };
  await ports.documents.insert('aliases', [{ id: `bench:champion:${KEY}`, ...alias, updatedAt: START }]);
}

function bars(seed: string): BarColumns {
  const normal = seededNormal(seed);
  const made = Array.from({ length: ROWS }, () => 0.005 * normal());
  let price = 100;
  const close = Float64Array.from(made, (move) => (price *= Math.exp(move)));
  const open = close.map((_, i) => (i === 0 ? 100 : (close[i - 1] ?? 100)));
  return {
    time: Float64Array.from(made, (_, i) => START + i * HOUR),
    open,
    high: close.map((value, i) => Math.max(value, open[i] ?? value) * 1.001),
    low: close.map((value, i) => Math.min(value, open[i] ?? value) * 0.999),
    close,
    volume: close.map(() => 1 + Math.abs(normal())),
  };
}

/** Forecasts of no move over the last rows but the horizon's. */
async function evaluate(ports: Ports, stream: string, { time, close }: BarColumns): Promise<string> {
  const rows = Array.from({ length: HELD_OUT }, (_, i) => ROWS - HORIZON - HELD_OUT + i);
  const pick = (values: Float64Array, shift = 0): number[] => rows.map((row) => values[row + shift] ?? NaN);
  const file = {
    ...{ model: 'bench@1', stream, time: pick(time).map((open) => open + HOUR) },
    ...{ lastClose: pick(close), forecast: pick(close), actual: pick(close, HORIZON) },
    residualQuantiles: Array.from({ length: 201 }, (_, i) => (i - 100) / 50),
  };
  const id = `evl_${stream.replaceAll('/', '-')}`;
  const forecasts = await ports.objects.put(
    `forecasts/${id}.json`,
    new TextEncoder().encode(JSON.stringify(file)),
  );
  const figures = { name: 'persistence', n: 300, mae: 1, directionalAccuracy: 0.5, wilson95: [0.45, 0.55] };
  const evaluation = {
    ...{ id, model: 'bench@1', stream, horizonBars: HORIZON, ...figures, baselines: [figures] },
    ...{ conformal: { coverage: 0.9, scale: 1.6, n: 1000, measuredCoverage: 0.9 }, dataset: 'ds_bench' },
    ...{ forecasts, createdAt: START, source: SOURCE, sourceKey: KEY },
  };
  await ports.documents.insert('evaluations', [evaluation]);
  return id;
}
