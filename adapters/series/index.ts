import { byScheme, schemePath } from '../addresses.js';
import type { SeriesPort } from '../ports.js';
import { csvSeries } from './csv.js';
import { influxSeries } from './influxdb.js';
import { mongoSeries } from './mongodb.js';
import { parquetSeries } from './parquet.js';
import { s3Series } from './s3.js';

/** Bar stores by the scheme of their address. */
export const SERIES: Record<string, (address: string) => SeriesPort> = {
  csv: (address) => csvSeries(schemePath(address)),
  influxdb: influxSeries,
  mongodb: mongoSeries,
  'mongodb+srv': mongoSeries,
  parquet: (address) => parquetSeries(schemePath(address)),
  s3: s3Series,
};

export const openSeries = (address: string): SeriesPort => byScheme('SERIES_URL', SERIES, address)(address);
