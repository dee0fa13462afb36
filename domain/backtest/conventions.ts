import { printRebalance } from './portfolio/rebalance.js';
import { PORTFOLIO_CONVENTIONS } from './portfolio/types.js';
import type { BacktestSpec, Costs, PortfolioPart, RunSpec, Size } from './spec.js';

/** What holds for every result. */
export const CONVENTIONS: string[] = [
  'Decisions are made at the close of a bar and filled at the open of the next.',
  'Fees are basis points of the traded value per side; slippage is against the trader at each fill.',
  'Equity is marked at every close; a position that is open at the end is marked, not closed, unless closing was asked for.',
  'Daily returns are those of the last equity of each UTC day; with 365 periods a year a day without bars is a day without change.',
  'Sharpe is mean over standard deviation (ddof 1) of daily returns, times the root of the periods a year (365 for crypto).',
  'Maximum drawdown includes the start value and is a positive fraction; value at risk is historical at 5 %.',
  'Figures are those of one run alone; where an analysis stands beside them, it deflates the Sharpe ratio by all trials known on the window.',
];
const SIZES = [
  'The size is set at the entry from the equity of then and kept until the position changes; it pays its own fee, and only a fixed number of units is not limited by the cash.',
  'A reversal or a change of size is an exit and an entry, and pays the costs of both.',
];

const RUIN =
  'Where the equity at a close is not above zero, what is held is closed at the next open and nothing is traded after it.';
const FUNDING =
  'Funding is paid at the open of the first bar at or after its time by the position held before the fills of that bar, valued at this open.';
/** Tóth et al., Anomalous price impact and the critical nature of liquidity, Physical Review X 1, 021006 (2011). */
const IMPACT =
  'The share of volume costs by the square-root law of market impact (Tóth et al. 2011): so many basis points times the root of the units over the volume of the bar of the fill; a bar without volume fills nothing, and the order waits.';
const EVENTS = [
  'Orders inside a bar are filled against the trader: stops before targets where the bar reaches both, a stop that is gapped through at the open, a limit at its price and no better once the bar trades through it; only one that arrives beyond the market is filled at the open.',
  'The extreme that a trailing stop follows is moved after the fills of a bar.',
];

/** The conventions of this run: those of all and what its sizes, costs and engine add, a sentence each. */
export function conventionsOf(spec: RunSpec & Pick<BacktestSpec, 'portfolio'>): string[] {
  const { costs, size, engine, closeAtEnd, fillShare, exits, portfolio } = spec;
  return [
    ...CONVENTIONS,
    ...(portfolio
      ? [
          ...PORTFOLIO_CONVENTIONS,
          `The weights are ${portfolio.instruments.map(weightText).join(', ')}; the rebalance rule is ${printRebalance(portfolio.rebalance)}.`,
        ]
      : [...SIZES, sizeSentence(size)]),
    costsSentence(costs),
    ...(costs.impactBps ? [IMPACT] : []),
    ...(size.kind === 'units' ? [] : [RUIN]),
    ...(spec.funding ? [FUNDING] : []),
    ...(closeAtEnd ? ['What is open at the end is closed at the last close.'] : []),
    ...(engine === 'event-driven' ? EVENTS : []),
    ...(exits
      ? [`Beside each entry lie ${exitsText(exits)}, in basis points of the price of the entry.`]
      : []),
    ...(fillShare === undefined
      ? []
      : [`One order takes at most ${fillShare} of the volume of a bar; the rest waits.`]),
  ];
}

/** With the strategy where the parts have several. */
const weightText = ({ stream, weight, strategy, params }: PortfolioPart): string =>
  strategy === undefined
    ? `${weight} ${stream}`
    : `${weight} ${stream} by ${[strategy, ...Object.entries(params ?? {}).map(([name, value]) => `${name} ${value}`)].join(' ')}`;

function sizeSentence(size: Size): string {
  switch (size.kind) {
    case 'units':
      return `An entry takes ${size.units} units, whatever the cash.`;
    case 'cash':
      return `An entry takes ${size.amount} of the quote currency, or all cash where there is less.`;
    case 'equity':
      return `An entry takes ${size.fraction} of the equity.`;
    case 'volatility':
      return `An entry takes the equity times ${size.target} over the volatility a year of the last ${size.lookback} log returns, at most ${size.maxLeverage} times the equity; the year has 365 days of the time that they span.`;
    case 'risk': {
      const { stop } = size;
      const distance =
        stop.kind === 'bps' ? `${stop.bps} basis points` : `${stop.multiple} times ATR(${stop.bars})`;
      return `An entry takes so many units that a move by ${distance} costs ${size.share} of the equity, at most ${size.maxLeverage} times the equity.`;
    }
  }
}

function costsSentence({ feeBps, slippageBps, halfSpread, impactBps }: Costs): string {
  const parts = [
    `${slippageBps} basis points`,
    ...(halfSpread ? [`half a spread of ${halfSpread}`] : []),
    ...(impactBps ? [`${impactBps} basis points for the whole volume of a bar`] : []),
  ];
  return `The fee is ${feeBps} basis points a side, slippage ${parts.join(', ')}.`;
}

const exitsText = (exits: NonNullable<RunSpec['exits']>): string =>
  [
    ...(exits.stopBps ? [`a stop at ${exits.stopBps}`] : []),
    ...(exits.targetBps ? [`a target at ${exits.targetBps}`] : []),
    ...(exits.trailBps ? [`a trailing stop at ${exits.trailBps}`] : []),
  ].join(', ');
