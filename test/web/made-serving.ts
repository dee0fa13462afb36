import type { InstanceHealth, ServingHealth } from '../../adapters/ports-serving.js';
import { FIRST_BAR, HOUR } from '../api/made-records.js';

const at = (hours: number): number => FIRST_BAR + hours * HOUR;

const instance = (change: Partial<InstanceHealth>): InstanceHealth => ({
  ...{ backend: 'triton', provider: 'CUDAExecutionProvider', role: 'primary', state: 'ready' },
  ...{ loaded: ['aaaa'.repeat(8)], running: 3, p50Ms: 2.1, p95Ms: 4.8, requests: 120_345, failures: 0 },
  ...{ reason: null, address: 'triton:http://triton-0.serving.example:8000' },
  ...change,
});

/** One address is left alone, and the fallback stands in. */
export const madeServing: ServingHealth = {
  ...{
    backend: 'triton, onnx',
    provider: 'CUDAExecutionProvider; cpu',
    loaded: ['aaaa'.repeat(8), 'ff'.repeat(32)],
  },
  instances: [
    instance({}),
    instance({
      ...{ address: 'triton:http://triton-1.serving.example:8000?repository=s3://models/a-long-folder' },
      ...{ state: 'open', failures: 12, loaded: [], p50Ms: null, p95Ms: null },
      reason: 'UnreachableError: connect ECONNREFUSED 10.0.0.2:8000; tried again in 4 s',
    }),
    instance({
      ...{ address: 'onnx:', backend: 'onnx', provider: 'cpu', role: 'fallback', requests: 40 },
      loaded: ['ff'.repeat(32)],
    }),
  ],
  fallback: { active: true, address: 'onnx:', reason: 'no primary is ready', since: at(1), requests: 40 },
};
