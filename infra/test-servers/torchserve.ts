import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../adapters/config.js';
import { readMlState, readToolPaths } from '../../adapters/toolchain.js';
import {
  answers,
  freePorts,
  HOST,
  launch,
  missingAt,
  onPath,
  placeOf,
  temporaryFolder,
  versionOf,
} from './server.js';
import type { ServerKind, TestServer } from './server.js';

const JAVA = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** With tokens, `key_file.json` lies in the folder that it returns. */
export interface TorchServe extends TestServer {
  folder: string;
}

/**
 * TorchServe on the training environment's Python, one thread a worker. Its address names the ports of inference,
 * management and metrics.
 */
export async function startTorchServe(options: { tokens?: boolean } = {}): Promise<TorchServe> {
  const [inference = 0, management = 0, metrics = 0, grpc = 0, grpcManagement = 0] = await freePorts(5);
  const folder = temporaryFolder('torchserve');
  const store = join(folder, 'store');
  mkdirSync(store);
  const settings = join(folder, 'config.properties');
  const at = (port: number): string => `http://${HOST}:${port}`;
  const lines = {
    ...{ inference_address: at(inference), management_address: at(management), metrics_address: at(metrics) },
    // Nobody asks over gRPC, but a second server would find the usual ports taken, and end.
    ...{ grpc_inference_port: String(grpc), grpc_management_port: String(grpcManagement) },
    ...{ metrics_mode: 'prometheus', disable_system_metrics: 'true' },
    ...{ number_of_netty_threads: '2', netty_client_threads: '2', job_queue_size: '2000' },
    ...{ max_request_size: '1000000000', max_response_size: '1000000000' },
  };
  writeFileSync(
    settings,
    Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const place = placeOf('torchserve');
  const server = await launch({
    name: 'TorchServe',
    command: 'java',
    args: [
      ...[...JAVA, `-Dmodel_server_home=${place}`, `-Dlog4j.configurationFile=${logSettings()}`],
      // Its sockets to its workers lie there by the number of the worker: two servers would take each other's.
      ...[
        `-Djava.io.tmpdir=${folder}`,
        '-cp',
        join(place, 'ts', 'frontend', '*'),
        'org.pytorch.serve.ModelServer',
      ],
      ...['--python', readToolPaths().mlPython, '-f', settings, '-s', store, '-ncs', '--enable-model-api'],
      ...(options.tokens ? [] : ['--disable-token-auth']),
    ],
    folder,
    address: [inference, management, metrics].map((port) => `${HOST}:${port}`).join(','),
    env: { PYTHONPATH: place, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
    // With tokens even these are refused. Management listens after inference.
    ready: () =>
      Promise.all([`${at(inference)}/ping`, `${at(management)}/models`].map((url) => answers(url))),
  });
  return { ...server, folder };
}

const logSettings = (): string =>
  `file://${join(projectRoot(), 'infra', 'test-servers', 'torchserve', 'log4j2.xml')}`;

/** The address for SERVING_URL of a started server. */
export function torchServeAddress({ address }: TestServer, more: Record<string, string> = {}): string {
  const [inference = '', management = '', metrics = ''] = address.split(',');
  const beside = { management: `http://${management}`, metrics: `http://${metrics}` };
  return `torchserve:http://${inference}?${new URLSearchParams({ ...beside, ...more }).toString()}`;
}

export const torchserve: ServerKind = {
  name: `TorchServe ${versionOf('torchserve')}`,
  quick: true,
  missing() {
    if (!onPath('java')) return 'TorchServe needs Java 17; run: apt install default-jre-headless';
    const { state } = readMlState();
    if (state !== 'ready') return `TorchServe's workers need the Python environment, which is ${state}`;
    return missingAt('torchserve', join('ts', 'frontend', 'model-server.jar'));
  },
  start: () => startTorchServe(),
};
