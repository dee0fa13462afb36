import { conventionsOf } from '../../backtest/conventions.js';
import type { ForwardPart, OutOfSample, SearchOutcome, SearchPlan } from '../../backtest/search/search.js';
import { fixed, listOf, number, percent, table } from '../format.js';
import { costsText } from '../tear-sheet/facts.js';
import { paramsText, renderPage, verdictText, windowText } from './page.js';

export interface SearchPage extends SearchPlan, SearchOutcome {
  outOfSample: OutOfSample | null;
  forward: ForwardPart[];
  digest: string;
}

/** A search as one page: what was chosen, and what the choice was worth on days that it had not seen. */
export function renderSearch(page: SearchPage): string {
  const { strategy, stream, spec, best, forward } = page;
  const head = {
    title: `Search of ${strategy} · ${stream}`,
    ...{ source: page.source, asOf: page.asOf },
    facts: [
      ['Window', `${windowText(page)}, ${number(page.bars, 9)} bars`],
      ['Method', `${page.method}, seed ${page.seed}`],
      [
        'Trials',
        `${number(page.tried, 9)} of ${number(page.trials, 9)}${page.stoppedEarly ? ', ended early' : ''}`,
      ],
      ['Objective', page.objective],
      ['Validation', page.validation.kind],
      ['Costs', costsText(spec.costs)],
      ['Search', page.id],
      ['Digest', page.digest],
      ['Bars', page.barsSha256],
    ] as [string, string][],
  };
  const { metrics } = best;
  const rows: [string, string][] = [
    ['parameters', paramsText(best.params)],
    ...(page.objective === 'sharpe' ? [] : [[page.objective, fixed(best.score, 3)] as [string, string]]),
    ['Sharpe', fixed(metrics?.sharpe ?? NaN, 3)],
    ['return', percent(metrics?.totalReturn ?? NaN, 2)],
    ['max. drawdown', percent(metrics?.maxDrawdown ?? NaN, 2)],
    ['entries', number(metrics?.entries ?? NaN, 9)],
  ];
  return renderPage(head, [
    ['What is the choice worth?', `${verdictText(worthSentence(page))}${outOfSampleTable(page)}`],
    ['The best trial, on the days that it was chosen by', table('The best trial', ['', 'value'], rows)],
    ...(forward.length > 0 ? [['Windows of the walk-forward', forwardTable(page)] as [string, string]] : []),
    ['Conventions', listOf(conventionsOf(spec))],
  ]);
}

function worthSentence({ outOfSample, best, objective }: SearchPage): string {
  if (!outOfSample)
    return `Not known: the search was judged on the days that it was made on, and its best ${objective} of ${fixed(best.score, 2)} is the best of many.`;
  const [low] = outOfSample.interval;
  const told = `on days that the choice had not seen its Sharpe ratio is ${fixed(outOfSample.sharpe, 2)}, where it looked like ${fixed(outOfSample.inSampleSharpe, 2)} while it was made`;
  return low > 0 ? `Something: ${told}.` : `Not distinguishable from luck: ${told}.`;
}

function outOfSampleTable({ outOfSample }: SearchPage): string {
  if (!outOfSample) return '';
  const { interval, kind } = outOfSample;
  return table(
    'Out of sample',
    ['', 'out of sample'],
    [
      ['Sharpe', fixed(outOfSample.sharpe, 3)],
      [
        kind === 'walk-forward' ? 'bootstrap interval' : '5 % … 95 % of the paths',
        `${fixed(interval[0], 2)} … ${fixed(interval[1], 2)}`,
      ],
      ['Sharpe while it was chosen', fixed(outOfSample.inSampleSharpe, 3)],
      ['return', percent(outOfSample.totalReturn, 2)],
      ['max. drawdown', percent(outOfSample.maxDrawdown, 2)],
      ['days', number(outOfSample.days, 9)],
      ['paths', number(outOfSample.paths, 9)],
    ],
  );
}

const forwardTable = ({ forward, objective }: SearchPage): string =>
  table(
    'Windows of the walk-forward',
    ['test window', 'chosen', `${objective} in training`, 'trials', 'entries'],
    forward.map((part) => [
      windowText(part),
      paramsText(part.params),
      fixed(part.trainScore, 2),
      number(part.trials, 9),
      number(part.entries, 9),
    ]),
  );
