import { environment, readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import { headlines } from './headlines.js';

/**
 * `node backfill.js <data directory> <items>`: scores so many headlines as a worker of the queue `gpu` does, 500 a page. Prints a
 * line when the model is ready, and one at the end.
 */
const [, , dataDir = '', count = '0'] = process.argv;
const ports = openPorts(readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir, FINSIGHT_ML: 'off' }));
const model = await ports.sentiment.choose();
await ports.sentiment.score(model, [{ text: 'Shares rise' }], { priority: 'backfill' });
process.stdout.write('ready\n');
const PAGE = 500;
for (let at = 0; at < Number(count); at += PAGE)
  await ports.sentiment.score(model, headlines(PAGE, at), { priority: 'backfill', durable: true });
process.stdout.write('done\n');
await ports.close();
