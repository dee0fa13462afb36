import { CONVENTIONS } from '../backtest/conventions.js';
import type { BacktestReport, ResearchReport } from '../research.js';
import { escapeHtml, lineChart, type Line } from './chart.js';
import { date, fixed, number, percent, table } from './format.js';

export interface Curve {
  id: string;
  time: number[];
  equity: number[];
}

const BUY_AND_HOLD = 'buy-and-hold';

/** Results with costs and benchmark, the curves of each window, and the conventions that they follow. */
export const backtestSection = (report: ResearchReport, curves: Curve[]): string =>
  `${resultTable(report)}${charts(report.backtests, curves)}
<h3>Conventions</h3><ul>${CONVENTIONS.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul>`;

function resultTable({ backtests, source }: ResearchReport): string {
  const rows = backtests.map(({ metrics, benchmark, ...each }) => [
    { name: each.strategy, under: `${each.stream} · ${source.kind}` },
    percent(metrics.totalReturn, 2),
    percent(benchmark.totalReturn, 2),
    fixed(metrics.sharpe, 2),
    fixed(benchmark.sharpe, 2),
    percent(metrics.maxDrawdown, 1),
    percent(benchmark.maxDrawdown, 1),
    number(metrics.entries),
    `${each.costs.feeBps} + ${each.costs.slippageBps}`,
    `${date(each.from)} … ${date(each.to)}`,
  ]);
  const names = ['strategy', 'return', 'hold', 'Sharpe', 'hold Sharpe', 'drawdown', 'hold drawdown'];
  const label = 'Backtests beside buying and holding over the same window';
  return `${table(label, [...names, 'entries', 'bps a side', 'window'], rows)}
<p class="soft">“Bps a side” is fee + slippage. “Hold” is buying at the start of the same window and holding, after the same costs. Sharpe of daily returns, annualised.</p>`;
}

/** One chart a stream and window: the strategies that cover it, set to 100 at its start. */
function charts(backtests: BacktestReport[], curves: Curve[]): string {
  const windows = new Map(backtests.map((each) => [`${each.stream} ${each.from} ${each.to}`, each]));
  return [...windows.values()]
    .map(({ stream, from, to }) => {
      const covering = backtests.filter(
        (each) => each.stream === stream && each.from <= from && each.to >= to,
      );
      const lines = covering.flatMap((each, i) => lineOf(each, { curves, from, i }));
      const title = `Growth of 100 after costs, ${stream}, ${date(from)} … ${date(to)}`;
      return lines.length > 0
        ? `<h3>${escapeHtml(title)}</h3>${lineChart(lines, { format: (y) => number(y) })}`
        : '';
    })
    .join('');
}

function lineOf(
  each: BacktestReport,
  { curves, from, i }: { curves: Curve[]; from: number; i: number },
): Line[] {
  const curve = curves.find(({ id }) => id === each.id);
  const start = curve?.time.findIndex((time) => time >= from) ?? -1;
  const base = curve?.equity[start];
  if (!curve || !base) return [];
  const y = curve.equity.slice(start).map((equity) => (100 * equity) / base);
  const colour = each.strategy === BUY_AND_HOLD ? 'c0' : `c${(i % 4) + 1}`;
  return [{ label: `${each.strategy} ${fixed(y.at(-1) ?? NaN, 1)}`, x: curve.time.slice(start), y, colour }];
}
