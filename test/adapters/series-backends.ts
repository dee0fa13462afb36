import { INFLUX_SETUP, influxdb } from '../../infra/test-servers/influxdb.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import { newName, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';
import { s3Address } from './s3-addresses.js';

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
    fresh: (address) => `influxdb://${INFLUX_SETUP.token}@${address}/${INFLUX_SETUP.org}/${newName()}`,
  },
];
