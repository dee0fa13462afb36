import type { Ports } from '../../adapters/ports.js';
import type { BacktestResult } from '../../domain/backtest/spec.js';

const SENTENCE =
  'not distinguishable from luck: after 12 trials the Sharpe ratio is above that of the luckiest one with probability 41 % only.';
const ANALYSIS = {
  sharpeInterval: [-0.5, 2.25],
  probabilisticSharpe: 0.9,
  deflatedSharpe: 0.41,
  expectedMaximumSharpe: 1.1,
  minimumTrackRecordDays: 812.4,
  trials: 12,
  verdict: { finding: 'luck', sentence: SENTENCE, against: [] },
};

/** `bt_example` again with other settings, judged, and with trades of its own. */
export async function addBacktest(
  { documents, objects }: Ports,
  {
    id,
    spec = {},
    trades = 0,
    createdAt,
  }: { id: string; spec?: object; trades?: number; createdAt?: number },
): Promise<void> {
  const example = await documents.get<BacktestResult>('backtests', 'bt_example');
  if (!example) throw new Error('Seed the platform first: bt_example is missing');
  const file = JSON.parse(new TextDecoder().decode(await objects.get(example.detail.key))) as {
    time: number[];
    equity: number[];
    trades: object[];
  };
  const made = Array.from({ length: trades }, (_, at) => ({
    ...file.trades[0],
    entryTime: file.time[at],
    exitTime: file.time[at + 1],
    exitPrice: 1.5 + at,
    profit: at - 1,
  }));
  const body = { ...file, equity: file.equity.map((each, at) => each + 3 * at), trades: made };
  const { key, sha256 } = await objects.put(
    `backtests/${id}.json`,
    new TextEncoder().encode(JSON.stringify(body)),
  );
  await objects.put(`backtests/${id}.html`, new TextEncoder().encode('<!doctype html><title>sheet</title>'));
  const whole = { ...example.spec, ...spec };
  const record = { ...example, id, spec: whole, strategy: whole.strategy, detail: { key, sha256 } };
  await documents.insert('backtests', [
    { ...record, analysis: ANALYSIS, trials: 12, createdAt: createdAt ?? example.createdAt + 1 },
  ]);
}
