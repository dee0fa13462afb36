import { startRemote } from './remote.js';

/** `node model-server.js`: a model server in a process of its own until its input ends. Prints its address. */
const server = await startRemote();
process.stdout.write(`${server.url}\n`);
process.stdin.resume().once('end', () => void server.close().then(() => process.exit(0)));
