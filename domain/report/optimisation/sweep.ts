import { conventionsOf } from '../../backtest/conventions.js';
import type { RunSpec } from '../../backtest/spec.js';
import type { SweepRow } from '../../backtest/sweep.js';
import { varianceOfTrials } from '../../backtest/trials.js';
import { expectedMaximumSharpe } from '../../significance/sharpe.js';
import type { Source } from '../../sources.js';
import { fixed, listOf, number, percent, table } from '../format.js';
import { parameterTable } from '../tear-sheet/heat-map.js';
import { histogram } from '../tear-sheet/histogram.js';
import { heatMapOf } from '../tear-sheet/parameters.js';
import { costsText } from '../tear-sheet/facts.js';
import { paramsText, renderPage, verdictText, windowText } from './page.js';

export interface SweepPage {
  strategy: string;
  /** The stream or the file. */
  stream: string;
  source: Source;
  /** Opens of the first bar and after the last, epoch ms. */
  from: number;
  to: number;
  asOf: number;
  spec: RunSpec;
  bars: number;
  barsSha256: string;
  digest: string;
  id: string | null;
  skipped: number;
  /** All rows by column; `sharpe` is one of the figures. */
  params: Record<string, ArrayLike<number>>;
  sharpe: ArrayLike<number>;
  /** The best by Sharpe. */
  best: SweepRow[];
}

const DAY = 86_400_000;

/** A sweep as one page: how its best stands beside luck, the parameters as a map, the best rows. */
export function renderSweep(page: SweepPage): string {
  const { strategy, stream, spec, best, sharpe, from, to } = page;
  const map = heatMapOf({ params: page.params, values: sharpe, figure: 'Sharpe ratio a year' });
  const count = sharpe.length;
  const head = {
    title: `Sweep of ${strategy} · ${stream}`,
    ...{ source: page.source, asOf: page.asOf },
    facts: [
      ['Window', `${windowText({ from, to })}, ${number(page.bars, 9)} bars`],
      ['Combinations', `${number(count, 9)}, ${number(page.skipped, 9)} left out`],
      ['Metric', 'Sharpe ratio of daily returns, a year, after costs'],
      ['Costs', costsText(spec.costs)],
      ...(page.id === null ? [] : [['Sweep', page.id]]),
      ['Digest', page.digest],
      ['Bars', page.barsSha256],
    ] as [string, string][],
  };
  return renderPage(head, [
    ['Is the best more than luck?', verdictText(luckSentence(page))],
    [
      'Parameters',
      map
        ? parameterTable(map)
        : '<p class="empty">Fewer than two parameters were varied: there is no map.</p>',
    ],
    [`The best ${best.length} of ${count}, by Sharpe ratio`, bestTable(best)],
    [
      'Sharpe ratios of all combinations',
      histogram(Array.from(sharpe), 'Sharpe ratios, a year', (value) => fixed(value, 2)),
    ],
    ['Conventions', listOf(conventionsOf(spec))],
  ]);
}

/** What the best of as many without any skill would show, of the spread of these (Bailey and López de Prado 2014). */
function luckSentence({ sharpe, best, spec, from, to }: SweepPage): string {
  const year = Math.sqrt(spec.periodsPerYear);
  const sharpes = Array.from(sharpe, (value) => value / year).filter(Number.isFinite);
  const days = Math.max(2, Math.round((to - from) / DAY));
  const trials = sharpe.length;
  const variance = varianceOfTrials({ trials, sharpes }, days);
  const luck = expectedMaximumSharpe({ trials, variance }) * year;
  const found = best[0]?.metrics.sharpe ?? NaN;
  if (!Number.isFinite(found)) return 'No combination has a Sharpe ratio: none of them traded enough.';
  const beside = `the best of ${number(trials, 9)} shows a Sharpe ratio of ${fixed(found, 2)}, the best of as many without any skill would show ${fixed(luck, 2)}`;
  return found > luck
    ? `More than that: ${beside}. It is still the best of many; a walk-forward search says what the choice is worth.`
    : `Not distinguishable from luck: ${beside}.`;
}

const bestTable = (best: SweepRow[]): string =>
  table(
    'The best combinations',
    ['parameters', 'Sharpe', 'return', 'drawdown', 'entries', 'fees'],
    best.map(({ params, metrics }) => [
      paramsText(params),
      fixed(metrics.sharpe, 2),
      percent(metrics.totalReturn, 2),
      percent(metrics.maxDrawdown, 2),
      number(metrics.entries, 9),
      number(metrics.fees, 7),
    ]),
  );
