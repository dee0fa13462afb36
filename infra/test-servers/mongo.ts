import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { freePorts, HOST, launch, missingAt, onPath, placeOf, temporaryFolder, versionOf } from './server.js';
import type { ServerKind } from './server.js';

/**
 * A server of MongoDB's wire protocol in memory. It has no transactions, no expiry and no $text, and ignores
 * $jsonSchema and partial indexes: what only a real mongod enforces stands in docs/stores.md.
 */
export const mongo: ServerKind = {
  name: `mongo-java-server ${versionOf('mongo-java-server')}`,
  quick: true,
  missing: () =>
    onPath('java')
      ? missingAt('mongo-java-server', 'MongoTestServer.class')
      : 'mongo-java-server needs Java 17; run: apt install default-jre-headless',
  async start() {
    const [port = 0] = await freePorts(1);
    const folder = temporaryFolder('mongo');
    const place = placeOf('mongo-java-server');
    const path = [place, join(place, 'jars', '*')].join(delimiter);
    return launch({
      name: 'mongo-java-server',
      command: 'java',
      args: [
        '-Xmx256m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-cp',
        path,
        'MongoTestServer',
        String(port),
      ],
      folder,
      address: `${HOST}:${port}`,
      ready: () => listens(port),
    });
  },
};

const listens = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: HOST });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
