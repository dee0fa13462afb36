import type { ServerMeasures } from '../ports-serving.js';

const READ_MS = 2000;

/** What a server says of itself in Prometheus' text format; null where it does not answer there. */
export async function readMeasures(url: string): Promise<ServerMeasures | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(READ_MS) });
    return response.ok ? parseMeasures(await response.text()) : null;
  } catch {
    return null;
  }
}

/** Sums over all models; times are the mean of a request. */
export function parseMeasures(text: string): ServerMeasures {
  const samples = text.split('\n').flatMap((line) => {
    const found = /^(nv_\w+)(?:\{(.*)\})? ([-+.\deE]+)$/.exec(line.trim());
    return found ? [{ name: found[1] ?? '', labels: found[2] ?? '', value: Number(found[3]) }] : [];
  });
  const sum = (name: string): number =>
    samples.reduce((total, each) => total + (each.name === name ? each.value : 0), 0);
  const requests = sum('nv_inference_request_success');
  const mean = (name: string): number | null => (requests > 0 ? sum(name) / requests / 1000 : null);
  const gpus = new Map<string, ServerMeasures['gpus'][number]>();
  for (const { name, labels, value } of samples) {
    const id = /gpu_uuid="([^"]*)"/.exec(labels)?.[1];
    if (id === undefined) continue;
    const gpu = gpus.get(id) ?? { id, usedBytes: null, totalBytes: null, utilisation: null };
    gpus.set(id, gpu);
    if (name === 'nv_gpu_memory_used_bytes') gpu.usedBytes = value;
    if (name === 'nv_gpu_memory_total_bytes') gpu.totalBytes = value;
    if (name === 'nv_gpu_utilization') gpu.utilisation = value;
  }
  return {
    requests,
    failures: sum('nv_inference_request_failure'),
    rows: sum('nv_inference_count'),
    batches: sum('nv_inference_exec_count'),
    pending: sum('nv_inference_pending_request_count'),
    queueMs: mean('nv_inference_queue_duration_us'),
    computeMs: mean('nv_inference_compute_infer_duration_us'),
    gpus: [...gpus.values()],
  };
}
