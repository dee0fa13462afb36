import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { barsFileSteps } from '../../activities/bars/files.js';
import { environment, readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';

export async function importFile(
  path: string,
  dataDir: string,
  stream = 'binance/BTC-USDT/1m',
): Promise<number> {
  const ports = openPorts(readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir }));
  try {
    const report = await barsFileSteps(ports).importBarsFile({ path, stream });
    if (report.stored !== report.rows)
      throw new Error(`${path}: ${report.stored} of ${report.rows} rows were stored`);
    return report.rows;
  } finally {
    await ports.close();
  }
}

/** What DuckDB does by itself, on one thread as we do. */
export async function copyByDuckdb(csv: string, parquet: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run(
      `COPY (SELECT * FROM read_csv('${csv}')) TO '${parquet}' (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export function bytesBelow(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet'))
    .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}
