import type { Ports } from '../../adapters/ports.js';

const AT = Date.UTC(2023, 0, 1);
const SOURCE = { kind: 'simulated', detail: '1' };

/** A data set and a tuning, for the examples of their operations. */
export async function seedTrainings({ documents, objects }: Ports): Promise<void> {
  const object = { key: 'datasets/example.parquet', sha256: 'a'.repeat(64), bytes: 1 };
  await documents.insert('datasets', [
    {
      ...{ id: 'ds_example', sha256: 'a'.repeat(64), object, rows: 3, streams: ['binance/BTC-USDT/1h'] },
      ...{
        features: ['momentum'],
        featureVersion: 'f1',
        asOf: AT,
        inputs: {},
        createdAt: AT,
        source: SOURCE,
      },
      spec: { lookBack: 96, horizonBars: 1, horizons: [1, 4] },
      split: { validationFrom: AT, testFrom: AT, testTo: AT },
    },
  ]);
  const trials = [
    { trial: 1, drawn: { dropout: 0.1 }, value: 0.4, epochs: 3, state: 'complete', score: -0.4 },
    { trial: 2, drawn: { dropout: 0.5 }, value: null, epochs: 0, state: 'failed', reason: 'no', score: null },
  ];
  const table = await objects.put(
    'tunings/tun_example/2.json',
    new TextEncoder().encode(JSON.stringify(trials)),
  );
  await documents.insert('tunings', [
    {
      ...{ id: 'tun_example', name: 'example', objective: 'validationLoss', trials: 2 },
      ...{ complete: 1, pruned: 0, failed: 1, table, digest: 'd', plan: {}, createdAt: AT },
      best: { trial: 1, value: 0.4, params: { dropout: 0.1 } },
      model: { model: 'example', version: '1' },
    },
  ]);
}
