import { createActivities } from '../../activities/index.js';
import type { Ports } from '../../adapters/ports.js';
import type { Bar } from '../../domain/bars.js';
import { UnreachableError } from '../../domain/errors.js';
import { seededNormal } from '../../domain/random.js';
import type { Source } from '../../domain/sources.js';
import { parseStream } from '../../domain/streams.js';

export const DEMO_NAME = 'demo-1h-h1';
export const DEMO_STREAM = 'binance/BTC-USDT/1h';
const HOUR = 3_600_000;
const BARS = 5000;
const LOOK_BACK = 16;

export interface DemoModels {
  source: Source;
  /** `<name>@<version>`. */
  champion: string;
  candidate: string;
}

/**
 * A market on which something can be learnt, since each move goes on with a part of those before the last one, and two versions that have
 * learnt it: the first is promoted by the usual rules, the second is not served yet.
 * @throws UnreachableError where the rules do not promote the first one, with their reasons
 */
export async function makeModels(ports: Ports, seed: string): Promise<DemoModels> {
  const source: Source = { kind: 'simulated', detail: seed };
  const bars = madeBars(seed, Math.floor(ports.now() / HOUR) * HOUR - BARS * HOUR);
  await ports.series.write({ stream: parseStream(DEMO_STREAM), source, bars });
  const champion = await version(ports, { source, bars, lambda: 1 });
  const { io } = createActivities(ports);
  const { decision, reasons } = await io.decideDeployment(champion);
  if (decision !== 'promoted')
    throw new UnreachableError(
      `The first version of the demonstration is not promoted: ${reasons.join(' ')}`,
    );
  const candidate = await version(ports, { source, bars, lambda: 10 });
  return { source, champion: champion.model, candidate: candidate.model };
}

async function version(
  ports: Ports,
  { source, bars, lambda }: { source: Source; bars: Bar[]; lambda: number },
): Promise<{ model: string; evaluations: string[] }> {
  const { io, cpu, gpu } = createActivities(ports);
  const { ref } = await ports.sentiment.choose();
  const [from, to] = [bars[0]?.time ?? 0, (bars.at(-1)?.time ?? 0) + HOUR];
  const dataset = await cpu.buildDataset({
    ...{ source, streams: [DEMO_STREAM], from, to, asOf: to, lookBack: LOOK_BACK, horizonBars: 1 },
    sentimentModel: `${ref.name}@${ref.version}`,
  });
  const plan = await io.planTraining({
    ...{ name: DEMO_NAME, dataset: dataset.id, trainer: 'ridge', params: { lambda } },
  });
  const trained = await io.registerModel({ plan, result: await cpu.trainRidge(plan), trainedBy: 'local' });
  const model = `${trained.model}@${trained.version}`;
  const costs = { feeBps: 10, slippageBps: 2 };
  const { id } = await gpu.evaluateStream({ model, dataset: dataset.id, stream: DEMO_STREAM, costs });
  return { model, evaluations: [id] };
}

/** Hourly bars; the same seed gives the same ones, but for when they begin. */
function madeBars(seed: string, from: number): Bar[] {
  const normal = seededNormal(`rollback ${seed}`);
  const moves: number[] = [];
  let price = 100;
  return Array.from({ length: BARS }, (_, i) => {
    const before = moves.slice(-4, -1).reduce((sum, move) => sum + move, 0);
    const move = 0.006 * normal() + 0.12 * before;
    moves.push(move);
    const open = price;
    price *= Math.exp(move);
    const wick = Math.exp(0.002 * Math.abs(normal()));
    const time = from + i * HOUR;
    return {
      ...{ time, open, close: price, high: Math.max(open, price) * wick, low: Math.min(open, price) / wick },
      ...{ volume: 1000 * Math.exp(0.3 * normal()), knownAt: time + HOUR },
    };
  });
}
