import { printSize } from '../../backtest/sizing.js';
import type { BacktestResult, BacktestSpec, Costs } from '../../backtest/spec.js';
import { date, moment, number, quoteOf } from '../format.js';

/** `10 bps fee + 2 bps slippage a side`, and what else a fill costs. */
export function costsText({ feeBps, slippageBps, halfSpread, impactBps }: Costs): string {
  const parts = [
    `${feeBps} bps fee`,
    `${slippageBps} bps slippage`,
    ...(halfSpread ? [`a half spread of ${halfSpread}`] : []),
    ...(impactBps ? [`${impactBps} bps for a fill as large as its bar`] : []),
  ];
  return `${parts.join(' + ')} a side`;
}

const paramsText = (params: Record<string, number>): string =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** What was run, in the head of its page. */
export function factsOf(result: BacktestResult): [string, string][] {
  const { spec, source, metrics } = result;
  return [
    ['Source', source.kind],
    ['As of', moment(spec.asOf)],
    ['Window', `${date(spec.from)} … ${date(spec.to)}, ${number(metrics.bars, 9)} bars`],
    ...strategyFacts(spec),
    ['Costs', costsText(spec.costs)],
    ['Start', `${number(spec.cash, 9)} ${quoteOf(result.stream)}`],
    ['Engine', result.engine],
    ['Trials on this window', number(result.trials, 9)],
    ['Result', result.id],
    ['Digest', result.digest],
    ['Bars', result.barsSha256],
    ...(spec.code ? [['Source of the strategy', spec.code] as [string, string]] : []),
  ];
}

function strategyFacts({ params, size, portfolio }: BacktestSpec): [string, string][] {
  if (!portfolio)
    return [
      ['Parameters', paramsText(params) || 'none'],
      ['Size', printSize(size)],
    ];
  const parts = portfolio.instruments.map(({ stream, weight, strategy, params: own }): [string, string] => [
    stream,
    [number(weight), ...(strategy ? [`by ${strategy}`, paramsText(own ?? {})] : [])]
      .filter(Boolean)
      .join(' '),
  ]);
  const told = portfolio.instruments.some(({ strategy }) => strategy !== undefined);
  return told ? parts : [['Parameters', paramsText(params) || 'none'], ...parts];
}
