import type { Schemas } from '../api';
import { change, date, fixed, number, percent, price, range, whole } from '../format';

export type Backtest = Schemas['Backtest'];
export type Metrics = Schemas['BacktestMetrics'];

interface Figure {
  key: keyof Metrics;
  name: string;
  title?: string;
  show: (value: number | null) => string;
}

const ratio = (value: number | null | undefined): string => fixed(value, 2);
const count = (value: number | null): string => number(value, 9);
/** Of the quote currency, to the digits that it is counted in at this size. */
export const money = (value: number | null): string => (value === 0 ? '0' : price(value));

/** The figures of a result and of buying and holding over the same bars, in the order of their weight. */
export const FIGURES: Figure[] = [
  { key: 'totalReturn', name: 'return', show: change },
  { key: 'annualReturn', name: 'return a year', show: change },
  { key: 'annualVolatility', name: 'volatility a year', show: percent },
  { key: 'sharpe', name: 'Sharpe', title: 'Of daily returns, a year', show: ratio },
  { key: 'sortino', name: 'Sortino', show: ratio },
  { key: 'calmar', name: 'Calmar', title: 'Return a year over drawdown', show: ratio },
  { key: 'maxDrawdown', name: 'drawdown', title: 'Largest fall from a peak', show: percent },
  {
    key: 'valueAtRisk',
    name: 'VaR 5 %',
    title: 'Daily return that one day in twenty is below',
    show: percent,
  },
  { key: 'conditionalValueAtRisk', name: 'CVaR 5 %', title: 'Mean of those days', show: percent },
  { key: 'exposure', name: 'exposure', title: 'Share of bars with a position', show: percent },
  { key: 'entries', name: 'entries', show: count },
  { key: 'exits', name: 'exits', show: count },
  { key: 'winRate', name: 'trades won', show: percent },
  { key: 'profitFactor', name: 'profit factor', title: 'Gains over losses', show: ratio },
  { key: 'fees', name: 'fees paid', title: 'In the quote currency', show: money },
  { key: 'startEquity', name: 'start equity', title: 'In the quote currency', show: money },
  { key: 'finalEquity', name: 'final equity', title: 'In the quote currency', show: money },
  { key: 'bars', name: 'bars', show: count },
];

/** `fast 20, slow 100`; empty where a strategy takes none. */
export const paramsText = (params: Record<string, number>): string =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** Tells results of one strategy apart. */
export const nameOf = ({ strategy, spec }: Backtest): string =>
  [strategy, settingsText(spec)].filter(Boolean).join(' ');

/** The parameters; of a portfolio with several strategies, those of each. */
export const settingsText = ({ params, portfolio }: Backtest['spec']): string =>
  [paramsText(params), ...(portfolio?.instruments.map((part) => paramsText(part.params ?? {})) ?? [])]
    .filter(Boolean)
    .join('; ');

export function costsText({ costs }: Backtest['spec']): string {
  const { feeBps, slippageBps, halfSpread, impactBps } = costs;
  const more = [
    ...(halfSpread ? [`a half spread of ${halfSpread}`] : []),
    ...(impactBps ? [`${impactBps} bps for a fill as large as its bar`] : []),
  ];
  return `${[`${feeBps} bps fee and ${slippageBps} bps slippage`, ...more].join(', ')} a side`;
}

/** Is each instrument of the portfolio traded by a strategy of its own? */
export const hasOwnStrategies = ({ portfolio }: Backtest['spec']): boolean =>
  portfolio?.instruments.some(({ strategy }) => strategy !== undefined) ?? false;

export function sizeText({ size, portfolio }: Backtest['spec']): string {
  if (portfolio)
    return portfolio.instruments
      .map(({ stream, weight, strategy, params }) =>
        [
          `${percent(weight, 0)} in ${stream}`,
          ...(strategy ? [`by ${strategy}`, paramsText(params ?? {})] : []),
        ]
          .filter(Boolean)
          .join(' '),
      )
      .join('; ');
  switch (size.kind) {
    case 'units':
      return `${size.units} units an entry`;
    case 'cash':
      return `${size.amount} of cash an entry`;
    case 'equity':
      return `${percent(size.fraction, 0)} of the equity an entry`;
    case 'volatility':
      return `a volatility of ${percent(size.target, 0)} a year an entry`;
    case 'risk':
      return `${percent(size.share, 1)} of the equity at risk an entry`;
  }
}

export const windowText = ({ from, to }: { from: number; to: number }): string =>
  `${date(from)} … ${date(to)}`;

/** 95 % interval of the Sharpe ratio; a dash for results from before it was computed. */
export const intervalText = ({ analysis }: Backtest): string => range(analysis?.sharpeInterval ?? [], ratio);

export const deflatedText = ({ analysis }: Backtest): string => percent(analysis?.deflatedSharpe);

export const trialsText = ({ analysis, trials }: Backtest): string => whole(analysis?.trials ?? trials);

export const addressOf = (id: string): string => `#/backtests/${id}`;
