import { expect, it } from 'vitest';
import { histogram } from '../../adapters/measures.js';
import { UnreachableError } from '../../domain/errors.js';
import { startMetrics } from '../../workers/metrics.js';

it('a worker serves its figures on request, and says where a port is taken', async () => {
  const waits = histogram('finsight_made_seconds', 'Waits of a test', [0.1, 1]);
  for (const seconds of [0.05, 0.5, 5]) waits.observe(seconds, { queue: 'gpu' });
  const server = await startMetrics(0);
  const response = await fetch(server.url);
  expect(response.headers.get('content-type')).toContain('version=0.0.4');
  const text = await response.text();
  expect(text.split('\n').filter((line) => line.includes('finsight_made_seconds'))).toEqual([
    '# HELP finsight_made_seconds Waits of a test',
    '# TYPE finsight_made_seconds histogram',
    'finsight_made_seconds_bucket{queue="gpu",le="0.1"} 1',
    'finsight_made_seconds_bucket{queue="gpu",le="1"} 2',
    'finsight_made_seconds_bucket{queue="gpu",le="+Inf"} 3',
    'finsight_made_seconds_sum{queue="gpu"} 5.55',
    'finsight_made_seconds_count{queue="gpu"} 3',
  ]);
  expect((await fetch(server.url.replace('metrics', 'others'))).status).toBe(404);
  await expect(startMetrics(Number(new URL(server.url).port))).rejects.toThrow(UnreachableError);
  await server.close();
});
