import type { ServerMeasures } from '../ports-serving.js';
import type { ModelStatistics } from './triton-client.js';

const READ_MS = 2000;
const NS_PER_MS = 1e6;

/** What a server measured: its models' statistics, and its page of metrics where it can be read. */
export async function readMeasures(
  statistics: readonly ModelStatistics[],
  metrics: string | null,
): Promise<ServerMeasures> {
  const page = metrics === null ? null : await readPage(metrics);
  const sum = (read: (each: ModelStatistics) => number): number =>
    statistics.reduce((total, each) => total + Number(read(each)), 0);
  const requests = sum(({ inference_stats }) => inference_stats.success.count);
  const mean = (name: 'queue' | 'compute_infer'): number | null =>
    requests > 0 ? sum(({ inference_stats }) => inference_stats[name].ns) / requests / NS_PER_MS : null;
  return {
    requests,
    failures: sum(({ inference_stats }) => inference_stats.fail.count),
    rows: sum(({ inference_count }) => inference_count),
    batches: sum(({ execution_count }) => execution_count),
    queueMs: mean('queue'),
    computeMs: mean('compute_infer'),
    ...(page === null ? { pending: null, gpus: [] } : parseMetrics(page)),
  };
}

async function readPage(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(READ_MS) });
    const text = await response.text();
    return response.ok ? text : null;
  } catch {
    return null;
  }
}

/** Prometheus' text format, as far as nothing else says it: what waits, and what the GPUs hold. */
export function parseMetrics(text: string): Pick<ServerMeasures, 'pending' | 'gpus'> {
  let pending = 0;
  const gpus = new Map<string, ServerMeasures['gpus'][number]>();
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', value = ''] = /^(nv_\w+)(?:\{(.*)\})? (\S+)$/.exec(line.trim()) ?? [];
    if (name === 'nv_inference_pending_request_count') pending += Number(value);
    const id = /gpu_uuid="([^"]*)"/.exec(labels)?.[1];
    if (id === undefined) continue;
    const gpu = gpus.get(id) ?? { id, usedBytes: null, totalBytes: null, utilisation: null };
    gpus.set(id, gpu);
    if (name === 'nv_gpu_memory_used_bytes') gpu.usedBytes = Number(value);
    if (name === 'nv_gpu_memory_total_bytes') gpu.totalBytes = Number(value);
    if (name === 'nv_gpu_utilization') gpu.utilisation = Number(value);
  }
  return { pending, gpus: [...gpus.values()] };
}
