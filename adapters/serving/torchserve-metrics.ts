import type { ModelServer } from './model-server.js';

const LIMIT_MS = 2000;
const REQUESTS = 'ts_inference_requests_total';
const LATENCY = 'ts_inference_latency_microseconds';

/** What TorchServe has counted since it started, in words; null where it does not tell (`metrics_mode=prometheus` is off). */
export async function readMetrics(server: ModelServer): Promise<string | null> {
  const answer = await server.ask({ method: 'GET', path: '/metrics', timeoutMs: LIMIT_MS }).catch(() => null);
  if (answer?.status !== 200) return null;
  const text = answer.bytes.toString('utf8');
  const requests = sumOf(text, REQUESTS);
  if (requests === null) return null;
  const micros = sumOf(text, LATENCY) ?? 0;
  const mean = requests > 0 ? `, ${(micros / requests / 1000).toFixed(1)} ms each` : '';
  return `${requests} requests counted${mean}`;
}

/** Over all labels of a metric in Prometheus' text format; null where it is not there. */
export function sumOf(text: string, name: string): number | null {
  const values = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) =>
      Number(
        line
          .slice(line.lastIndexOf('}') + 1)
          .trim()
          .split(/\s+/)
          .at(0),
      ),
    )
    .filter(Number.isFinite);
  return values.length > 0 ? values.reduce((sum, each) => sum + each, 0) : null;
}
