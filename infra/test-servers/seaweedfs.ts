import { writeFileSync } from 'node:fs';
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

/** What a client of the test server signs with. */
export const S3_KEYS = { id: 'finsight-test', secret: 'finsight-test-secret' } as const;

const PORTS = [
  '-master.port',
  '-master.port.grpc',
  '-filer.port',
  '-filer.port.grpc',
  '-volume.port',
  '-volume.port.grpc',
  '-s3.port',
  '-s3.port.grpc',
  '-s3.port.iceberg',
  '-s3.port.lance',
  '-admin.port',
  '-admin.port.grpc',
];

/** SeaweedFS in one process, of which the S3 gateway is used. It checks signatures, presigned ones included. */
export const seaweedfs: ServerKind = {
  name: `SeaweedFS ${versionOf('seaweedfs')}`,
  quick: true,
  missing: () => missingAt('seaweedfs', join('bin', 'weed')),
  async start() {
    const folder = temporaryFolder('seaweedfs');
    const config = join(folder, 's3.json');
    const credentials = [{ accessKey: S3_KEYS.id, secretKey: S3_KEYS.secret }];
    const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging'];
    writeFileSync(config, JSON.stringify({ identities: [{ name: 'test', credentials, actions }] }));
    const ports = await freePorts(PORTS.length);
    const moved = PORTS.map((name, i) => `${name}=${ports[i]}`);
    const off = ['-webdav=false', '-admin.ui=false', '-master.telemetry=false', '-volume.preStopSeconds=0'];
    const sockets = [`-filer.localSocket=${join(folder, 'filer.sock')}`];
    const port = ports[PORTS.indexOf('-s3.port')];
    return launch({
      name: 'SeaweedFS',
      command: join(placeOf('seaweedfs'), 'bin', 'weed'),
      args: [
        `-logdir=${folder}`,
        'mini',
        `-dir=${folder}`,
        `-ip=${HOST}`,
        `-ip.bind=${HOST}`,
        `-s3.config=${config}`,
        ...moved,
        ...off,
        ...sockets,
      ],
      folder,
      address: `${HOST}:${port}`,
      ready: () => answers(`http://${HOST}:${port}/`),
    });
  },
};
