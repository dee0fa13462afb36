import { counter, gauge, histogram } from '../measures.js';
import type { Instance } from './instance.js';

const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Batches of this process, by the address of the instance. */
export const MEASURES = {
  requests: counter(
    'finsight_serving_requests_total',
    'Batches given to an instance of a model server, by outcome: answered, refused (the model or its input is wrong), failed',
  ),
  seconds: histogram('finsight_serving_seconds', 'How long an instance took for a batch', BOUNDS),
  fallbacks: counter(
    'finsight_serving_fallbacks_total',
    'Batches that a fallback answered since no primary instance could',
  ),
};

/** What the instances that were opened last look like whenever somebody asks. */
export function measureInstances(instances: readonly Instance[]): void {
  gauge(
    'finsight_serving_ready',
    '1 while an instance of a model server is asked, 0 while it is left alone',
    () =>
      instances.map(({ address, down, circuit }) => [
        { address },
        Number(down === null && !circuit.isOpen()),
      ]),
  );
  gauge('finsight_serving_running', 'Batches that an instance has not answered', () =>
    instances.map(({ address, running }) => [{ address }, running]),
  );
}
