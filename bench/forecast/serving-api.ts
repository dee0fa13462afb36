import { openPredictor } from '../../activities/prediction/predictor.js';
import { environment, readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import { startApi } from '../../api/server.js';
import type { StoriesPort } from '../../api/stories.js';
import { UnreachableError } from '../../domain/errors.js';

/** `node serving-api.js <data directory>`: the API without Temporal, until its input ends. Prints its address. */
const [, , dataDir = ''] = process.argv;
const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir, FINSIGHT_ML: 'off' });
const ports = openPorts(config);
const absent = (): never => {
  throw new UnreachableError('No Temporal runs here');
};
const stories = new Proxy({} as StoriesPort, { get: () => absent });
const server = await startApi({
  ports,
  stories,
  forecasts: openPredictor(ports),
  config: { ...config.api, host: '127.0.0.1', port: 0, logLevel: 'silent' },
});
process.stdout.write(`${server.url}\n`);
process.stdin.resume().on('end', () => {
  void server
    .close()
    .then(() => ports.close())
    .then(() => process.exit(0));
});
