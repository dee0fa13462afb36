import type { RunSpec } from '../../domain/backtest/spec.js';
import type { SweepRow } from '../../domain/backtest/sweep.js';
import { renderSweep } from '../../domain/report/optimisation/sweep.js';
import type { FileBars } from './bars-file.js';
import { rowsOf, sweepColumns, tableOf } from './sweep-tables.js';

interface SweptFile {
  path: string;
  spec: RunSpec & { strategy: string };
  rows: SweepRow[];
  skipped: unknown[];
  digest: string;
}

const BEST = 20;

/** A sweep on a file as a page that opens from disk. */
export function sweepPage(
  { bars: { time }, timeframeMs, sha256 }: Pick<FileBars, 'bars' | 'timeframeMs' | 'sha256'>,
  { path, spec, rows, skipped, digest }: SweptFile,
): string {
  const [list, metrics] = [rows.map(({ params }) => params), rows.map((row) => row.metrics)];
  const columns = tableOf(list, metrics);
  const names = Object.keys(list[0] ?? {});
  const to = (time.at(-1) ?? NaN) + timeframeMs;
  return renderSweep({
    ...{ strategy: spec.strategy, stream: path.split(/[\\/]/).at(-1) ?? path, spec, digest, id: null },
    source: { kind: 'recorded', detail: path },
    ...{ from: time[0] ?? NaN, to, asOf: to, bars: time.length, barsSha256: sha256 },
    ...{
      skipped: skipped.length,
      ...sweepColumns(columns, names),
      best: rowsOf(columns, { names, most: BEST }),
    },
  });
}
