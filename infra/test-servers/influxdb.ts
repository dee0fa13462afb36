import { join } from 'node:path';
import {
  answers,
  freePorts,
  HOST,
  launch,
  missingAt,
  placeOf,
  temporaryFolder,
  versionOf,
} from './server.js';
import type { ServerKind } from './server.js';

export const INFLUX_SETUP = { org: 'finsight', token: 'finsight-test-token' } as const;

/** InfluxDB 2, set up with an organisation and a token. Built from source once: see install.mjs. */
export const influxdb: ServerKind = {
  name: `InfluxDB ${versionOf('influxd')}`,
  quick: false,
  missing: () => missingAt('influxd', 'influxd'),
  async start() {
    const folder = temporaryFolder('influxdb');
    const [port] = await freePorts(1);
    const url = `http://${HOST}:${port}`;
    const paths = [
      `--bolt-path=${join(folder, 'meta.bolt')}`,
      `--sqlite-path=${join(folder, 'meta.sqlite')}`,
      `--engine-path=${join(folder, 'engine')}`,
    ];
    const off = ['--reporting-disabled', '--ui-disabled', '--log-level=error'];
    const server = await launch({
      name: 'InfluxDB',
      command: join(placeOf('influxd'), 'influxd'),
      args: ['run', `--http-bind-address=${HOST}:${port}`, ...paths, ...off],
      folder,
      address: `${HOST}:${port}`,
      ready: () => answers(`${url}/ready`, (status) => status === 200),
    });
    const setup = { ...INFLUX_SETUP, username: 'test', password: 'test-password', bucket: 'first' };
    const response = await fetch(`${url}/api/v2/setup`, { method: 'POST', body: JSON.stringify(setup) });
    if (response.ok) return server;
    await server.stop();
    throw new Error(`InfluxDB could not be set up: ${response.status} ${await response.text()}`);
  },
};
