import type { Ports } from '../../adapters/ports.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { columnsOf, type EvaluatedRows } from '../../domain/evaluation/evaluated.js';

const HOUR = 3_600_000;

/** Rows an hour apart; `shift` moves every forecast. */
export function madeRows(count: number, shift = 0): EvaluatedRows {
  const column = (value: (i: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => value(i));
  const move = (i: number): number => Math.sin(7 * i);
  const guess = (i: number): number => Math.sin(7 * i + (i % 3)) / 4 + shift;
  const score = { pinball: column((i) => Math.abs(move(i)) / 5), crps: column((i) => Math.abs(move(i)) / 3) };
  return {
    time: column((i) => Date.UTC(2023, 0, 1) + i * HOUR),
    lastClose: column(() => 100),
    forecast: column((i) => 100 + guess(i)),
    actual: column((i) => 100 + move(i)),
    previousMove: column((i) => move(i - 1)),
    volatility: column(() => 0.01),
    scaled: column(guess),
    realised: column(move),
    halfWidth: column(() => 0.9),
    persistenceHalfWidth: column(() => 1),
    probabilityUp: column((i) => 0.5 + guess(i) / 2),
    trainUpShare: column(() => 0.52),
    volatilityRegime: column((i) => i % 3),
    trendRegime: column((i) => (i + 1) % 3),
    pinball: column((i) => Math.abs(move(i) - guess(i)) / 5),
    crps: column((i) => Math.abs(move(i) - guess(i)) / 3),
    baselines: [{ name: 'persistence', forecast: column(() => 100), ...score }],
  };
}

/** An evaluation whose rows are kept, for the example of the comparison. */
export async function seedEvaluation(ports: Ports, like: Evaluation): Promise<void> {
  const bytes = await ports.tables.encode(columnsOf(madeRows(60)));
  const { key, sha256 } = await ports.objects.put('forecasts/evl_compared.parquet', bytes);
  await ports.documents.insert('evaluations', [{ ...like, id: 'evl_compared', rows: { key, sha256 } }]);
}
