import type { Ports } from '../../adapters/ports.js';
import type { Analysis } from '../../domain/backtest/analysis.js';
import type { BacktestOutcome, BacktestResult } from '../../domain/backtest/spec.js';
import type { BarColumns } from '../../domain/bars.js';
import { renderTearSheet, type Evidence, type PricedInstrument } from '../../domain/report/tear-sheet.js';
import { fixed, number, percent } from '../../domain/report/format.js';

export interface TearSheetArgs {
  /** Bar opens, and the price that the trades are drawn on; of a portfolio, those of its instruments. */
  bars: Pick<BarColumns, 'time' | 'close'>;
  instruments?: PricedInstrument[];
  outcome: Pick<BacktestOutcome, 'equity' | 'trades'>;
  /** Of buying and holding over the same bars and costs. */
  benchmarkEquity: Float64Array;
  analysis: Analysis;
}

/** Stores the run as a page that opens from disk, beside its equity and trades. */
export async function putTearSheet(
  ports: Ports,
  result: BacktestResult,
  { bars, instruments, outcome, benchmarkEquity, analysis }: TearSheetArgs,
): Promise<void> {
  const html = renderTearSheet({
    result,
    time: bars.time,
    equity: outcome.equity,
    benchmarkEquity,
    close: bars.close,
    ...(instruments && { instruments }),
    trades: outcome.trades,
    verdict: sentenceOf(analysis),
    evidence: evidenceOf(analysis),
    // A reader gets what was tried up to then.
    tried: null,
  });
  await ports.objects.put(`backtests/${result.id}.html`, new TextEncoder().encode(html));
}

const sentenceOf = ({ verdict: { sentence } }: Analysis): string =>
  sentence.charAt(0).toUpperCase() + sentence.slice(1);

function evidenceOf(analysis: Analysis): Evidence[] {
  const { sharpeInterval: interval, drawdown, benchmark } = analysis;
  return [
    {
      name: 'Sharpe, 95 % interval',
      text: `${fixed(analysis.sharpe, 2)} (${fixed(interval[0], 2)} … ${fixed(interval[1], 2)})`,
      meaning: 'By the stationary bootstrap of daily returns.',
    },
    {
      name: 'Probability of a Sharpe above 0',
      text: percent(analysis.probabilisticSharpe, 1),
      meaning: 'Were this the only thing ever tried (Bailey and López de Prado 2012).',
    },
    {
      name: 'Deflated Sharpe',
      text: percent(analysis.deflatedSharpe, 1),
      meaning: `The same against the best of ${number(analysis.trials, 9)} trials on this window without skill, ${fixed(analysis.expectedMaximumSharpe, 2)} a year.`,
    },
    {
      name: 'Days needed',
      text: Number.isFinite(analysis.minimumTrackRecordDays)
        ? `${number(Math.ceil(analysis.minimumTrackRecordDays), 9)} of ${number(analysis.days, 9)} days`
        : 'no number of days',
      meaning: 'To believe in a Sharpe above 0 with 95 %.',
    },
    ...(drawdown
      ? [
          {
            name: 'Deepest drawdown lasted',
            text: `${number(drawdown.days, 5)} days${drawdown.recovery === null ? ', not over' : ''}`,
            meaning: `The longest was ${number(analysis.longestDrawdownDays, 5)} days.`,
          },
        ]
      : []),
    ...(benchmark
      ? [
          {
            name: 'Beside buy and hold',
            text: `beta ${fixed(benchmark.beta, 2)}, alpha ${percent(benchmark.alpha, 1)} a year`,
            meaning: 'What is left when the market’s part is taken out.',
          },
        ]
      : []),
    {
      name: 'Turnover',
      text: `${fixed(analysis.trades.turnover, 1)} times the equity a year`,
      meaning: `A trade earned ${percent(analysis.trades.expectancyReturn, 3)} of what was put in, on average.`,
    },
  ];
}
