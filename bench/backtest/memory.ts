import { openSweeps } from '../../adapters/backtest/index.js';
import type { BarColumns } from '../../domain/bars.js';
import { combinationsOf, pricesNeeded } from '../../domain/backtest/sweep.js';
import { resolveStrategy } from '../../domain/strategies/index.js';
import { SPEC } from './grids.js';
import { walkBars } from './bars.js';

/** A process of its own: bars as they come from a file, batch by batch, then 1,000 combinations; prints its peak. */
const [bars = 1e7, combinations = 1000] = process.argv.slice(2).map(Number);
const BATCH = 65_536;
const strategy = resolveStrategy('sma-cross');
const { list } = combinationsOf(strategy, {
  fast: '10:59:1',
  slow: `70:${70 + 10 * (combinations / 50 - 1)}:10`,
});

function* batches(): Generator<BarColumns> {
  const one = walkBars(BATCH, 64);
  for (let from = 0; from < bars; from += BATCH) {
    const count = Math.min(BATCH, bars - from);
    const cut = (column: Float64Array): Float64Array => Float64Array.from(column.subarray(0, count));
    const time = cut(one.time).map((_, i) => Date.UTC(2000, 0, 1) + (from + i) * 60_000);
    yield {
      ...one,
      time,
      open: cut(one.open),
      high: cut(one.high),
      low: cut(one.low),
      close: cut(one.close),
    };
  }
}

const sweeps = openSweeps();
const shared = await sweeps.share(batches(), pricesNeeded(strategy, SPEC, list));
const started = process.cpuUsage();
const metrics = await sweeps.run(
  { ...shared, timeframeMs: 60_000, strategy: strategy.name, list, spec: SPEC },
  { threads: 1 },
);
const { user, system } = process.cpuUsage(started);
await sweeps.close();
process.stdout.write(
  `${JSON.stringify({
    bars,
    combinations: metrics.length,
    nsPerBarCombination: ((user + system) * 1000) / bars / metrics.length,
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  })}\n`,
);
