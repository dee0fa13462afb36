import { mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environment } from '../../adapters/config.js';
import {
  answers,
  freePorts,
  HOST,
  launch,
  missingAt,
  placeOf,
  temporaryFolder,
  versionOf,
  type ServerKind,
  type TestServer,
} from './server.js';

/**
 * A killed server leaves the processes of its models and their shared memory behind: beside it, one watches and takes
 * them away. Its arguments are the name of the region of memory, and the server's command.
 */
const SWEPT = `region=$1; shift
(
  while kill -0 $$ 2>/dev/null; do sleep 0.1; done
  for process in /proc/[0-9]*; do
    tr '\\0' ' ' <"$process/cmdline" 2>/dev/null | grep -q "[t]riton_python_backend_stub .* $region" &&
      kill -KILL "\${process#/proc/}"
  done
  rm -f "/dev/shm/$region"*
) &
exec "$@"`;

/** A Triton server; its `address` lists `host:port` of HTTP, gRPC and metrics. */
export interface TritonServer extends TestServer {
  /** The directory that it takes models from; S3 where it was told so. */
  repository: string;
  http: string;
  grpc: string;
  metrics: string;
  /** An address of the serving port. `options` as in docs/serving-triton.md */
  serving(protocol: 'http' | 'grpc', options?: Record<string, string>): string;
}

export interface TritonOptions {
  /** Where it takes models from, such as `s3://http://host:port/bucket/prefix`; an own directory where absent. */
  repository?: string;
  /** Of the server's process, such as the keys of S3. */
  env?: Record<string, string>;
  args?: string[];
}

/**
 * NVIDIA's Triton on the processor: the server of the wheel nvidia-pytriton, which has the Python backend only.
 * Models are loaded by request. See triton-install.mjs.
 */
export const triton = {
  name: `Triton 2.51 (nvidia-pytriton ${versionOf('nvidia-pytriton')})`,
  quick: true,
  missing: () => missingAt('nvidia-pytriton', 'place.json'),
  start: (options?: TritonOptions) => startTriton(options),
} satisfies ServerKind<TritonServer>;

async function startTriton(options: TritonOptions = {}): Promise<TritonServer> {
  const [httpPort, grpcPort, metricsPort] = (await freePorts(3)) as [number, number, number];
  const folder = temporaryFolder('triton');
  const repository = options.repository ?? join(folder, 'models');
  mkdirSync(join(folder, 'models'));
  const [http, grpc, metrics] = [httpPort, grpcPort, metricsPort].map((port) => `${HOST}:${port}`) as [
    string,
    string,
    string,
  ];
  const region = `finsight-triton-${httpPort}-`;
  const server = await launch({
    name: 'Triton',
    command: 'sh',
    args: [
      ...['-c', SWEPT, 'sh', region],
      join(placeOf('nvidia-pytriton'), 'pytriton', 'tritonserver', 'bin', 'tritonserver'),
      ...argumentsOf({ repository, httpPort, grpcPort, metricsPort, region }),
      ...(options.args ?? []),
    ],
    folder,
    address: [http, grpc, metrics].join(','),
    env: { ...environmentOf(), ...options.env },
    ready: () => answers(`http://${http}/v2/health/ready`, (status) => status === 200),
  });
  return {
    ...server,
    ...{ repository, http, grpc, metrics },
    serving(protocol, more = {}) {
      const given = new URLSearchParams({ metrics: `http://${metrics}`, ...more });
      return `triton:${protocol}://${protocol === 'http' ? http : grpc}?${given}`;
    },
  };
}

function argumentsOf(given: {
  repository: string;
  httpPort: number;
  grpcPort: number;
  metricsPort: number;
  region: string;
}): string[] {
  const backends = join(placeOf('nvidia-pytriton'), 'pytriton', 'tritonserver', 'backends');
  return [
    `--model-repository=${given.repository}`,
    `--backend-directory=${backends}`,
    '--model-control-mode=explicit',
    // Configurations are complete; asking each model once more doubles the time to load it.
    '--disable-auto-complete-config',
    `--http-address=${HOST}`,
    `--http-port=${given.httpPort}`,
    `--grpc-address=${HOST}`,
    `--grpc-port=${given.grpcPort}`,
    `--metrics-port=${given.metricsPort}`,
    '--allow-gpu-metrics=false',
    '--exit-timeout-secs=3',
    '--log-info=false',
    `--backend-config=python,shm-region-prefix-name=${given.region}`,
  ];
}

/** The backend starts `python3` of the PATH: an environment beside it says where its packages are. */
function environmentOf(): Record<string, string> {
  const place = placeOf('nvidia-pytriton');
  const { libraries } = JSON.parse(readFileSync(join(place, 'place.json'), 'utf8')) as {
    libraries: string | null;
  };
  const path = [join(place, 'environment', 'bin'), environment()['PATH'] ?? ''].join(delimiter);
  const own = join(place, 'nvidia_pytriton.libs');
  return {
    PATH: path,
    LD_LIBRARY_PATH: libraries === null ? own : [own, libraries].join(delimiter),
    // One batch at a time on each instance: more threads would fight for a small machine.
    OMP_NUM_THREADS: '1',
  };
}
