import { digestOf } from '../digest.js';
import { parseSource, sourceKey, type Source } from '../sources.js';
import { baseOf, parseStream, timeframeMs } from '../streams.js';

export const TRIGGERS = ['bar', 'sentiment', 'cron'] as const;
export type TriggerKind = (typeof TRIGGERS)[number];

/** What is forecast by itself, and when. */
export interface PredictionPolicySpec {
  streams: string[];
  /** Bars ahead. */
  horizons: number[];
  /** `bar`: a bar of the stream has closed; `sentiment`: a story about its base asset was scored; `cron`: by the clock. */
  on: TriggerKind;
  /** Name of a model whose champion answers; null: the best by past skill. */
  model: string | null;
  /** As people write it; null: whatever source the event is of, or the newest bars. */
  source: string | null;
  /** Stories that are scored within this stretch of the clock are one trigger, at its end. */
  debounceSeconds: number;
  /** Five fields; null unless `on` is cron. */
  cron: string | null;
  timeZone: string;
}

/** Stored in `predictionPolicies`. */
export interface PredictionPolicy extends PredictionPolicySpec {
  /** `pol_` and 16 hex digits of the digest of the spec: the same policy twice is one. */
  id: string;
  createdAt: number;
  createdBy: string;
  tenant: string;
}

/** A forecast that is to be made; the id is the story's, so the same trigger twice is one forecast. */
export interface TriggeredForecast {
  workflowId: string;
  input: Record<string, unknown>;
  delayMs: number;
}

export const policyId = (spec: PredictionPolicySpec): string => `pol_${digestOf({ ...spec }).slice(0, 16)}`;

/** Scored stories older than this are an archive that is read, not news. */
const NEWS_MS = 6 * 3_600_000;
/** A trigger that nobody took up for so long behind its stretch is over. */
const OVERDUE_MS = 3_600_000;

/** Inputs of the story `predict` for one stream, one for each horizon. */
export const forecastsOf = (policy: PredictionPolicy, stream: string): Record<string, unknown>[] =>
  policy.horizons.map((horizonBars) => ({
    stream,
    horizonBars,
    ...(policy.model === null ? {} : { name: policy.model }),
    ...(policy.source === null ? {} : { source: policy.source }),
    trigger: `policy:${policy.id}`,
  }));

export interface ClosedBar {
  stream: string;
  source: Source;
  /** Its open, epoch ms. */
  time: number;
  /** When the event was told. */
  at: number;
}

/**
 * What a closed bar triggers: a forecast from the bars up to it. None where a live bar is so late that the next one has
 * closed, which triggers one by itself, and none by what was told before the policy was there.
 */
export function onBar(policy: PredictionPolicy, bar: ClosedBar, now: number): TriggeredForecast[] {
  const { stream, source, time, at } = bar;
  const step = timeframeMs(parseStream(stream).timeframe);
  const close = time + step;
  if (policy.on !== 'bar' || !policy.streams.includes(stream) || at < policy.createdAt) return [];
  if (policy.source !== null && sourceKey(parseSource(policy.source)) !== sourceKey(source)) return [];
  if (source.kind === 'live' && now >= close + step) return [];
  return forecastsOf(policy, stream).map((input) => ({
    workflowId: idOf(policy, input, close),
    input: { ...input, source, to: close },
    delayMs: 0,
  }));
}

export interface ScoredStory {
  tickers: readonly string[];
  publishedAt: number;
  /** When it was scored. */
  at: number;
}

/** What a scored story triggers: one forecast at the end of its stretch of the clock, however many stories are in it. */
export function onSentiment(policy: PredictionPolicy, story: ScoredStory, now: number): TriggeredForecast[] {
  if (policy.on !== 'sentiment' || story.at < policy.createdAt || story.at - story.publishedAt > NEWS_MS)
    return [];
  const stretch = Math.max(1, policy.debounceSeconds) * 1000;
  const due = (Math.floor(story.at / stretch) + 1) * stretch;
  if (now > due + OVERDUE_MS) return [];
  const spoken = policy.streams.filter((stream) =>
    story.tickers.includes(baseOf(parseStream(stream).symbol)),
  );
  return spoken.flatMap((stream) =>
    forecastsOf(policy, stream).map((input) => ({
      workflowId: idOf(policy, input, due),
      input,
      delayMs: Math.max(0, due - now),
    })),
  );
}

const idOf = (policy: PredictionPolicy, input: Record<string, unknown>, asOf: number): string =>
  `predict/${policy.id}/${String(input['stream'])}/h${String(input['horizonBars'])}/${asOf}`;
