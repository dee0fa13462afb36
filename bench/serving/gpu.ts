import { checkInputsOf, makeCheckModel } from '../../adapters/serving/check-models.js';
import { openServing } from '../../adapters/serving/index.js';
import { rounded, timesOf } from './figures.js';

const BATCHES = 200;
const ROWS = 64;

/** The CUDA provider of `onnx:` beside the processor's on the same batches; not measured where it cannot be used. */
export async function benchGpu(): Promise<Record<string, unknown>> {
  const { ref, bytes } = makeCheckModel('1', { name: 'network', layers: 24, width: 1024 });
  const objects = { get: async () => bytes };
  const [gpu, cpu] = ['cuda', 'cpu'].map((provider) =>
    openServing(`onnx:?provider=${provider}&instances=1`, { objects }),
  ) as [ReturnType<typeof openServing>, ReturnType<typeof openServing>];
  try {
    await gpu.load(ref);
    const { provider } = await gpu.health();
    if (provider !== 'cuda') return { notMeasured: `no GPU: ${provider}` };
    const inputs = checkInputsOf(ROWS, { width: 1024 });
    return {
      network: '24 layers of 1024',
      rows: ROWS,
      cuda: await measure(() => gpu.infer(ref, inputs)),
      cpu: await measure(() => cpu.infer(ref, inputs)),
    };
  } finally {
    await Promise.all([gpu.close(), cpu.close()]);
  }
}

async function measure(work: () => Promise<unknown>) {
  await work();
  const times: number[] = [];
  for (let i = 0; i < BATCHES; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  const total = times.reduce((sum, each) => sum + each, 0);
  return { ...timesOf(times), rowsPerSecond: rounded((1000 * ROWS * BATCHES) / total, 0) };
}
