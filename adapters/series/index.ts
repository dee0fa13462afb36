import { byScheme, schemePath } from '../addresses.js';
import type { SeriesPort } from '../ports.js';
import { csvSeries } from './csv.js';
import { hybridSeries, readHybridAddress, type HybridStores } from './hybrid.js';
import { influxSeries } from './influxdb.js';
import { mongoSeries } from './mongodb.js';
import { parquetSeries } from './parquet.js';
import { s3Series } from './s3.js';

/** Bar stores by the scheme of their address. */
export const SERIES: Record<string, (address: string) => SeriesPort> = {
  csv: (address) => csvSeries(schemePath(address)),
  hybrid: (address) => hybridSeries(openHybrid(address)),
  influxdb: (address) => influxSeries(address),
  mongodb: (address) => mongoSeries(address),
  'mongodb+srv': (address) => mongoSeries(address),
  parquet: (address) => parquetSeries(schemePath(address)),
  s3: (address) => s3Series(address),
};

export const openSeries = (address: string): SeriesPort => byScheme('SERIES_URL', SERIES, address)(address);

/** The two stores of a `hybrid:` address. */
export function openHybrid(address: string): HybridStores {
  const { recent, old, ...rest } = readHybridAddress(address);
  return { recent: openSeries(recent), old: openSeries(old), ...rest };
}
