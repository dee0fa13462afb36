import { InvalidInputError } from './errors.js';
import { DEFAULT_TENANT } from './identity.js';

/** How urgent work is: Temporal gives a free worker the lowest number that waits on its queue. */
export const URGENCIES = { live: 1, interactive: 2, usual: 3, training: 4, backfill: 5 } as const;
export type Urgency = keyof typeof URGENCIES;

/** What a story is started with; its steps inherit it. Of one urgency, tenants take turns by weight. */
export interface StoryPriority {
  priorityKey: number;
  /** The tenant. */
  fairnessKey: string;
  /** Share of the tenant beside the others that wait: 2 gets twice as much as 1. */
  fairnessWeight: number;
}

/** Tenant → weight; `*` all others. */
export type TenantWeights = Readonly<Record<string, number>>;

/** Who wants a story: a person waits for it, a schedule or an event of the platform does not. */
export type Asker = 'person' | 'schedule' | 'event';

/** Stories that are not `usual`. */
const KINDS: Readonly<Record<string, Urgency>> = {
  predict: 'live',
  settlePredictions: 'live',
  streamBars: 'live',
  deployModel: 'live',
  manageDeployment: 'live',
  trainModel: 'training',
  tuneModel: 'training',
  reproduceModel: 'training',
  retrainModel: 'training',
  walkForward: 'training',
  sweepBacktest: 'training',
  searchBacktest: 'training',
  rescoreNews: 'backfill',
  compareSentiment: 'backfill',
  moveBars: 'backfill',
  pruneBars: 'backfill',
  cleanObjects: 'backfill',
};

/** Stories that read a window, which is a back-fill where it is a long one. */
const WINDOWED = new Set([
  'collectBars',
  'collectStreams',
  'collectNews',
  'collectFunding',
  'enrichSentiment',
]);
/** A month and a day: what monthly schedules collect is not a back-fill. */
const BACKFILL_MS = 32 * 86_400_000;

/**
 * The priority of a story that somebody starts. What a person waits for goes before what the timetable does, but
 * a training stays one and a long window a back-fill.
 * @param now epoch ms: the end of a window that names none
 */
export function priorityOf(
  kind: string,
  asked: {
    input: Record<string, unknown>;
    by: Asker;
    tenant?: string;
    weights: TenantWeights;
    now: number;
  },
): StoryPriority {
  const { input, by, tenant = DEFAULT_TENANT, weights, now } = asked;
  const own = urgencyOf(kind, input, now);
  const urgency = own === 'usual' && by === 'person' ? 'interactive' : own;
  return {
    priorityKey: URGENCIES[urgency],
    fairnessKey: tenant || DEFAULT_TENANT,
    fairnessWeight: weightOf(weights, tenant || DEFAULT_TENANT),
  };
}

function urgencyOf(kind: string, input: Record<string, unknown>, now: number): Urgency {
  const own = KINDS[kind] ?? 'usual';
  return WINDOWED.has(kind) && windowMs(input, now) > BACKFILL_MS ? 'backfill' : own;
}

/** Length of the window that is asked for, ms; 0 where it goes on from what is there. */
function windowMs({ from, to }: Record<string, unknown>, now: number): number {
  const [start, end] = [instantOf(from), instantOf(to) ?? now];
  return start === null ? 0 : end - start;
}

function instantOf(value: unknown): number | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const time = typeof value === 'number' ? value : Date.parse(value);
  return Number.isFinite(time) ? time : null;
}

/**
 * Urgency of a story that is a step of another: never above its parent's, and a training or back-fill stays one,
 * whoever waits for the whole. Undefined where the parent's holds; tenant and weight are the parent's always.
 * @param parent the parent's own; undefined in runs that were started without one
 */
export function childUrgency(kind: string, parent: number | undefined): number | undefined {
  const own = URGENCIES[KINDS[kind] ?? 'usual'];
  const above = parent || URGENCIES.usual;
  return own > URGENCIES.usual && own > above ? own : undefined;
}

/** The weight of a tenant: its own, that of `*`, or 1. */
export const weightOf = (weights: TenantWeights, tenant: string): number =>
  weights[tenant] ?? weights['*'] ?? 1;

/** Temporal takes these bounds, and cuts off silently what is outside. */
const [LEAST_WEIGHT, MOST_WEIGHT] = [0.001, 1000];

/** Reads `research=4,ops=2,*=1`. @throws InvalidInputError naming the pair that is wrong */
export function readTenantWeights(text: string): Record<string, number> {
  const weights: Record<string, number> = {};
  for (const pair of text.split(',').flatMap((each) => each.trim() || [])) {
    const [, tenant = '', given = ''] = /^([a-z0-9-]{1,60}|\*)\s*=\s*(\d+(?:\.\d+)?)$/.exec(pair) ?? [];
    const weight = Number(given);
    if (tenant === '' || !isWeight(weight))
      throw new InvalidInputError(
        `Unreadable weight "${pair.slice(0, 80)}"; a weight is <tenant>=<number from ${LEAST_WEIGHT} to ${MOST_WEIGHT}>, such as research=4 or *=1`,
      );
    if (weights[tenant] !== undefined)
      throw new InvalidInputError(`The tenant "${tenant}" has two weights; give it one`);
    weights[tenant] = weight;
  }
  return weights;
}

export const isWeight = (weight: number): boolean => weight >= LEAST_WEIGHT && weight <= MOST_WEIGHT;
