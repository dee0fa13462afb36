import { InvalidInputError } from '../../domain/errors.js';
import { redacted, schemePath } from '../addresses.js';
import type { TritonBackend, TritonSettings } from './triton-config.js';

export interface TritonAddress {
  protocol: 'http' | 'grpc';
  secure: boolean;
  /** `host:port`. */
  host: string;
  /** Of a path below which the server is found (HTTP behind a gateway); empty or `/path`. */
  path: string;
  user: { name: string; password: string } | null;
  /** Address of Prometheus figures, or null. */
  metrics: string | null;
  /** A directory or `s3://…` that the server sees; null: files travel with the load request. */
  repository: string | null;
  /** Null: onnxruntime, and where the server lacks it, Python. */
  backend: TritonBackend | null;
  settings: Omit<TritonSettings, 'backend'>;
  /** False: others load and unload; what is not ready is refused. */
  loads: boolean;
  /** Versions that this process keeps loaded. */
  models: number;
  /** Batches on their way to the server at a time. */
  concurrency: number;
  /** Batches that may wait for their turn. */
  waiting: number;
  /** For one batch, its wait among it, milliseconds. */
  timeoutMs: number;
  /** For loading or unloading, milliseconds. */
  loadTimeoutMs: number;
  /** How long the server's word on which file it serves holds, milliseconds. */
  confirmMs: number;
}

const FORM = 'triton:http://host:8000 or triton:grpc://host:8001';
const OPTIONS = [
  ...['repository', 'backend', 'metrics', 'load', 'models', 'instances', 'device', 'batch', 'delay'],
  ...['threads', 'concurrency', 'waiting', 'timeout', 'loadTimeout', 'confirm'],
];
const METRICS_PORT = 8002;

/** @throws InvalidInputError naming the part of the address and what would be right */
export function readTritonAddress(address: string): TritonAddress {
  const wrong = (what: string): InvalidInputError =>
    new InvalidInputError(`Unusable Triton address ${redacted(address)}: ${what}; the form is ${FORM}`);
  const place = schemePath(address);
  if (!URL.canParse(place)) throw wrong('it names no server');
  const scheme = place.slice(0, place.indexOf(':'));
  if (!['http', 'https', 'grpc', 'grpcs'].includes(scheme)) throw wrong(`"${scheme}" is no protocol of it`);
  const protocol = scheme.startsWith('http') ? 'http' : 'grpc';
  // URL has rules of its own for schemes that it does not know.
  const url = new URL(place.replace(/^grpc/, 'http'));
  const given = url.searchParams;
  const unknown = [...given.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw wrong(`unknown option "${unknown}", known: ${OPTIONS.join(', ')}`);
  const choice = <T extends string>(name: string, known: readonly T[], usual: T): T => {
    const found = known.find((each) => each === (given.get(name) ?? usual));
    if (found === undefined) throw wrong(`${name}=${given.get(name)} is none of ${known.join(', ')}`);
    return found;
  };
  const count = (name: string, [usual, least, most]: [number, number, number]): number => {
    const value = Number(given.get(name) ?? usual);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw wrong(`${name}=${given.get(name)} is not ${least} … ${most}`);
  };
  const seconds = (name: string, usual: number): number => {
    const value = Number(given.get(name) ?? usual);
    if (value >= 0.05 && value <= 3600) return value * 1000;
    throw wrong(`${name}=${given.get(name)} is not 0.05 … 3600 seconds`);
  };
  const backend = choice('backend', ['auto', 'onnxruntime', 'python'], 'auto');
  const metrics = given.get('metrics') ?? usualMetrics(url);
  if (metrics !== 'none' && !/^https?:\/\/[^/]/.test(metrics))
    throw wrong(`metrics=${metrics} is no http address, and not "none"`);
  return {
    ...{ protocol, secure: scheme.endsWith('s'), path: url.pathname.replace(/\/+$/, '') },
    host: `${url.hostname}:${url.port || (protocol === 'http' ? '8000' : '8001')}`,
    user: url.username
      ? { name: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
      : null,
    metrics: metrics === 'none' ? null : metrics.replace(/\/+$/, '').replace(/(\/metrics)?$/, '/metrics'),
    repository: given.get('repository') || null,
    backend: backend === 'auto' ? null : backend,
    settings: {
      instances: count('instances', [1, 1, 64]),
      device: choice('device', ['auto', 'cpu', 'gpu'], 'auto'),
      batch: count('batch', [128, 1, 65_536]),
      delayUs: count('delay', [0, 0, 1_000_000]),
      threads: count('threads', [1, 1, 64]),
    },
    loads: choice('load', ['yes', 'no'], 'yes') === 'yes',
    models: count('models', [16, 1, 1000]),
    concurrency: count('concurrency', [64, 1, 4096]),
    waiting: count('waiting', [10_000, 0, 1_000_000]),
    timeoutMs: seconds('timeout', 30),
    loadTimeoutMs: seconds('loadTimeout', 120),
    confirmMs: seconds('confirm', 10),
  };
}

/** The port that Triton has for its figures, where the others are the usual ones, too. */
const usualMetrics = ({ hostname, port }: URL): string =>
  ['', '8000', '8001'].includes(port) ? `http://${hostname}:${METRICS_PORT}` : 'none';
