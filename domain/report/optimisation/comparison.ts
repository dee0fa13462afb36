import type { Comparison } from '../../backtest/comparison.js';
import { CONVENTIONS } from '../../backtest/conventions.js';
import { lineChart } from '../chart.js';
import { fixed, listOf, number, percent, table } from '../format.js';
import { paramsText, renderPage, verdictText, windowText, type PageHead } from './page.js';

export interface ComparisonPage extends Comparison {
  source: PageHead['source'];
  asOf: number;
  from: number;
  to: number;
  /** Growth of 1 at the end of each day, of each result in the order of the ranking. */
  growth: ArrayLike<number>[];
  /** Days of these, epoch ms. */
  time: ArrayLike<number>;
}

/** More lines than this are no picture any more. */
const MOST_CURVES = 5;

/** Several results as one page: whether the best of them is more than the best of so many. */
export function renderComparison(page: ComparisonPage): string {
  const { stream, ranking, from, to, days } = page;
  const head = {
    title: `Comparison of ${ranking.length} results · ${stream}`,
    ...{ source: page.source, asOf: page.asOf },
    facts: [
      ['Window', `${windowText({ from, to })}, ${number(days, 9)} days`],
      ['Results', number(ranking.length, 9)],
      ['Comparison', page.id],
    ] as [string, string][],
  };
  const tests = [
    ['White’s reality check', fixed(page.realityCheck, 3), 'p of the best against cash'],
    ['Hansen’s test, studentised', fixed(page.superior, 3), 'p of the best against cash'],
    [
      'Overfitting',
      percent(page.overfitting, 0),
      'how often the best of half the days is in the worse half on the others',
    ],
  ];
  return renderPage(head, [
    [
      'Is the best more than luck?',
      verdictText(page.sentence) + table('Tests', ['', 'value', 'what it is'], tests),
    ],
    ['By Sharpe ratio', rankingTable(page)],
    ['Growth of 100', growthChart(page)],
    ['Conventions', listOf(CONVENTIONS)],
  ]);
}

const rankingTable = ({ ranking }: ComparisonPage): string =>
  table(
    'Results by Sharpe ratio',
    ['strategy', 'parameters', 'return', 'Sharpe', 'deflated', 'drawdown', 'result'],
    ranking.map((each) => [
      each.strategy,
      paramsText(each.params) || 'none',
      percent(each.totalReturn, 2),
      fixed(each.sharpe, 2),
      percent(each.deflatedSharpe, 1),
      percent(each.maxDrawdown, 2),
      each.backtest,
    ]),
  );

function growthChart({ growth, ranking, time }: ComparisonPage): string {
  const lines = growth.slice(0, MOST_CURVES).map((values, i) => ({
    label: `${ranking[i]?.strategy ?? ''} ${paramsText(ranking[i]?.params ?? {})}`,
    x: Array.from(time),
    y: Array.from(values, (value) => 100 * value),
    // The dashed one, which stands for a benchmark elsewhere, comes last.
    colour: `c${(i + 1) % MOST_CURVES}`,
  }));
  const left =
    growth.length > MOST_CURVES ? `<p class="soft">The first ${MOST_CURVES} of ${growth.length}.</p>` : '';
  return `${lineChart(lines, { format: (y) => number(y) })}${left}`;
}
