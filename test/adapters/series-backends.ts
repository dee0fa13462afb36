import { INFLUX_SETUP, influxdb } from '../../infra/test-servers/influxdb.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import { newName, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';
import { s3Address } from './s3-addresses.js';

const hybrid = (recent: string, old: string): string =>
  `hybrid:?${new URLSearchParams({ recent, old, days: '30' }).toString()}`;
const influx = (address: string): string =>
  `influxdb://${INFLUX_SETUP.token}@${address}/${INFLUX_SETUP.org}/${newName()}`;

/** `readMs`: what reading two years of hours may take; a server on the same two cores is given more. */
export const SERIES_BACKENDS: (Backend & { readMs?: number })[] = [
  { scheme: 'parquet', fresh: () => `parquet:${temporaryDirectory()}` },
  { scheme: 'csv', fresh: () => `csv:${temporaryDirectory()}` },
  {
    scheme: 'mongodb',
    server: mongo,
    readMs: 1000,
    fresh: (address) => `mongodb://${address}/${newName()}`,
  },
  { scheme: 's3', server: seaweedfs, readMs: 500, fresh: (address) => s3Address(address) },
  {
    scheme: 'influxdb',
    server: influxdb,
    readMs: 1500,
    fresh: influx,
  },
  {
    scheme: 'hybrid',
    name: 'hybrid: of files',
    fresh: () => hybrid(`parquet:${temporaryDirectory()}`, `csv:${temporaryDirectory()}`),
    readMs: 300,
  },
  {
    scheme: 'hybrid',
    name: 'hybrid: of InfluxDB and files',
    server: influxdb,
    fresh: (address) => hybrid(influx(address), `parquet:${temporaryDirectory()}`),
    readMs: 1500,
  },
];
