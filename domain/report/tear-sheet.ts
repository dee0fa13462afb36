import type { BacktestMetrics, BacktestResult, Trade } from '../backtest/spec.js';
import { escapeHtml, lineChart, type Mark } from './chart.js';
import { fixed, listOf, moment, number, percent, price, quoteOf, table } from './format.js';
import { STYLE } from './style.js';
import { daysOf, drawdowns, rollingSharpe, type Days } from './tear-sheet/days.js';
import { factsOf } from './tear-sheet/facts.js';
import { monthTable } from './tear-sheet/heat-map.js';
import { histogram } from './tear-sheet/histogram.js';
import { parametersSection, type TriedOnBars } from './tear-sheet/tried.js';

/** A line of the panel that says how far the result may be luck. */
export interface Evidence {
  name: string;
  text: string;
  /** What it means, in a sentence. */
  meaning: string;
}

/** The price of one of several instruments; its name is the one in the trades. */
export interface PricedInstrument {
  name: string;
  time: ArrayLike<number>;
  close: ArrayLike<number>;
}

export interface TearSheetParts {
  result: BacktestResult;
  /** Bar opens, epoch ms; one value a bar of each of the following. */
  time: ArrayLike<number>;
  equity: ArrayLike<number>;
  benchmarkEquity: ArrayLike<number>;
  close: ArrayLike<number>;
  /** Of a portfolio, in the place of `close`. */
  instruments?: readonly PricedInstrument[];
  trades: readonly Trade[];
  /** One plain sentence; null where nothing was tested. */
  verdict: string | null;
  evidence: readonly Evidence[];
  /** What other parameters were tried on the same bars, if any were. */
  tried: TriedOnBars | null;
}

/** More signs would cover the price, and a page of a million trades opens nowhere. */
const MOST_MARKS = 400;
const MOST_ROWS = 200;
/** Days of the rolling Sharpe. */
const WINDOW = 90;

/** One backtest as one HTML page that opens from disk: no script, nothing loaded from elsewhere. */
export function renderTearSheet(parts: TearSheetParts): string {
  const { result, verdict } = parts;
  const { spec } = result;
  const start = spec.cash;
  const days = daysOf(parts.time, parts.equity, start);
  const held = daysOf(parts.time, parts.benchmarkEquity, start);
  const title = `${result.strategy} on ${result.stream}`;
  const figures: Section[] = [
    [
      'Is it more than luck?',
      `${verdict ? `<p class="verdict">${escapeHtml(verdict)}</p>` : ''}${evidenceTable(parts)}`,
    ],
    ['Figures beside buy and hold', metricsTable(result)],
    ['Equity', equityChart(result, { days, held, start })],
    ['Drawdown', drawdownChart(days, held, start)],
    [`Rolling Sharpe, ${windowOf(days)} days`, rollingChart(days, held, spec.periodsPerYear)],
    ['Returns by month', monthTable(days)],
    ['Daily returns', histogram(days.returns, 'daily returns')],
    ...tradesSections(parts),
  ];
  const record: Section[] = [
    [`Trades (${parts.trades.length})`, tradeTable(parts.trades)],
    ...(result.notes ? [['Notes', listOf(result.notes)] as Section] : []),
    ['Conventions', listOf(result.conventions)],
  ];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>
${header(result)}
${figures.map(sectionText).join('\n')}
${parametersSection(result, parts.tried)}
${record.map(sectionText).join('\n')}
</main></body></html>`;
}

/** A heading and what stands below it. */
type Section = [string, string];

const sectionText = ([name, body]: Section): string =>
  `<section><h2>${escapeHtml(name)}</h2>${body}</section>`;

function header(result: BacktestResult): string {
  const { spec, source } = result;
  return `<header><h1>${escapeHtml(`${result.strategy} · ${result.stream}`)}</h1>
<p><span class="badge ${source.kind}">${source.kind}</span> <span class="soft">as of ${moment(spec.asOf)}</span></p>
<dl>${factsOf(result)
    .map(([name, text]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd></div>`)
    .join('')}</dl></header>`;
}

const evidenceTable = ({ evidence }: TearSheetParts): string =>
  evidence.length === 0
    ? '<p class="empty">No test was run.</p>'
    : `<dl class="pairs">${evidence.map(({ name, text, meaning }) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)} <span class="soft">${escapeHtml(meaning)}</span></dd>`).join('')}</dl>`;

/** To the hundredth where there is much of it. */
const money = (value: number): string =>
  number(Math.abs(value) >= 100 ? Math.round(100 * value) / 100 : value, 15);

type Row = [string, keyof BacktestMetrics, (value: number) => string];

const ROWS: Row[] = [
  ['total return', 'totalReturn', (value) => percent(value, 2)],
  ['a year', 'annualReturn', (value) => percent(value, 2)],
  ['volatility a year', 'annualVolatility', (value) => percent(value, 2)],
  ['Sharpe', 'sharpe', (value) => fixed(value, 3)],
  ['Sortino', 'sortino', (value) => fixed(value, 3)],
  ['Calmar', 'calmar', (value) => fixed(value, 3)],
  ['max. drawdown', 'maxDrawdown', (value) => percent(value, 2)],
  ['value at risk, 5 % of days', 'valueAtRisk', (value) => percent(value, 2)],
  ['expected shortfall, 5 %', 'conditionalValueAtRisk', (value) => percent(value, 2)],
  ['trades won', 'winRate', (value) => percent(value, 1)],
  ['profit factor', 'profitFactor', (value) => fixed(value, 3)],
  ['time in the market', 'exposure', (value) => percent(value, 1)],
  ['entries', 'entries', (value) => number(value, 9)],
  ['exits', 'exits', (value) => number(value, 9)],
  ['fees paid', 'fees', money],
  ['final equity', 'finalEquity', money],
];

function metricsTable({ metrics, benchmark, strategy }: BacktestResult): string {
  const rows = ROWS.map(([name, key, show]) => [
    name,
    show(metrics[key] ?? NaN),
    show(benchmark[key] ?? NaN),
  ]);
  return table('Figures of the strategy and of buying and holding', ['', strategy, 'buy and hold'], rows);
}

function equityChart(
  { strategy }: BacktestResult,
  { days, held, start }: { days: Days; held: Days; start: number },
): string {
  const grown = ({ equity }: Days): number[] => equity.map((value) => (100 * value) / start);
  return lineChart(
    [
      { label: 'buy and hold', x: held.time, y: grown(held), colour: 'c0' },
      { label: `${strategy}, growth of 100`, x: days.time, y: grown(days), colour: 'c1' },
    ],
    { format: (y) => number(y) },
  );
}

function drawdownChart(days: Days, held: Days, start: number): string {
  return lineChart(
    [
      { label: 'buy and hold', x: held.time, y: drawdowns(held.equity, start), colour: 'c0' },
      {
        label: 'below the highest close of a day',
        x: days.time,
        y: drawdowns(days.equity, start),
        colour: 'c2',
      },
    ],
    { format: (y) => percent(y, 0), fill: true },
  );
}

const windowOf = (days: Days): number => Math.min(WINDOW, Math.max(10, Math.floor(days.time.length / 4)));

function rollingChart(days: Days, held: Days, periodsPerYear: number): string {
  const of = ({ returns }: Days): number[] => rollingSharpe(returns, windowOf(days), periodsPerYear);
  return lineChart(
    [
      { label: 'buy and hold', x: held.time, y: of(held), colour: 'c0' },
      { label: 'strategy', x: days.time, y: of(days), colour: 'c1' },
    ],
    { format: (y) => fixed(y, 1) },
  );
}

function tradesSections(parts: TearSheetParts): Section[] {
  if (!parts.instruments) return [['Trades on the price', tradesChart(parts)]];
  return parts.instruments.map(({ name, ...prices }) => {
    const trades = parts.trades.filter(({ instrument }) => instrument === name);
    return [`Trades on the price of ${name}`, tradesChart({ ...parts, ...prices, trades })];
  });
}

function tradesChart({ time, close, trades, result }: TearSheetParts): string {
  const [x, y] = [Array.from(time), Array.from(close)];
  const shown = trades.slice(-MOST_MARKS / 2);
  const marks = shown.flatMap(({ side, entryTime, entryPrice, exitTime, exitPrice }): Mark[] => [
    { x: entryTime, y: entryPrice, kind: side === 'long' ? 'up' : 'down' },
    ...(exitTime === null || exitPrice === null
      ? []
      : [{ x: exitTime, y: exitPrice, kind: side === 'long' ? 'down' : 'up' } satisfies Mark]),
  ]);
  const from = shown.length < trades.length ? (shown[0]?.entryTime ?? -Infinity) : -Infinity;
  const first = Math.max(
    0,
    x.findIndex((each) => each >= from),
  );
  const line = {
    label: `close, ${quoteOf(result.stream)}`,
    x: x.slice(first),
    y: y.slice(first),
    colour: 'c1',
  };
  const left = shown.length < trades.length ? ` The last ${shown.length} of ${trades.length} trades.` : '';
  return `${lineChart([line], { format: (value) => price(value), marks })}<p class="soft">▲ bought, ▼ sold.${left}</p>`;
}

function tradeTable(trades: readonly Trade[]): string {
  if (trades.length === 0) return '<p class="empty">It never traded.</p>';
  const rows = trades
    .slice(-MOST_ROWS)
    .map((trade) => [
      { name: moment(trade.entryTime), under: [trade.side, trade.instrument].filter(Boolean).join(' ') },
      price(trade.entryPrice),
      trade.exitTime === null ? 'open' : moment(trade.exitTime),
      price(trade.exitPrice),
      number(trade.units, 7),
      number(trade.fees, 6),
      number(trade.profit, 7),
    ]);
  const left =
    trades.length > MOST_ROWS
      ? `<p class="soft">The last ${MOST_ROWS} of ${trades.length}; <code>finsight backtest export</code> gives all.</p>`
      : '';
  return `${table('Trades', ['entered', 'at', 'left', 'at', 'units', 'fees', 'profit'], rows)}${left}`;
}
