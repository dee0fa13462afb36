import { sha256Hex } from '../digest.js';
import type { Deployment } from './record.js';

/** Who answers a request while a version is on its way, or still looked at. */
export interface Route {
  /** Of the rollout, and the part of it that the request is counted in. */
  rollout: string;
  phase: string;
  percent: number;
  /** `candidate`: the canary answers; `champion`: the served version does. */
  answers: 'candidate' | 'champion';
  /** Model ids; null where no version is served, so that a baseline answers. */
  primary: string | null;
  /** Asked where the first one fails; null where nobody is. */
  fallback: string | null;
  /** Asked, too, without being heard; null where nobody is. */
  mirror: string | null;
}

export interface RouteKey {
  stream: string;
  /** Close of the last known bar, epoch ms. */
  barTime: number;
  /** Who asks, where the request says so: the same key always meets the same version. */
  stickyKey: string | undefined;
  now: number;
}

/**
 * Who answers a request. The same stream, bar or key of a caller gets the same version as long as the percent is the
 * same, and whoever got the candidate keeps it when the percent grows. Null: nothing is on its way.
 */
export function routeOf(deployment: Deployment, key: RouteKey): Route | null {
  const { stage, rollout, champion, candidate, previous, percent, policy, watchedUntil } = deployment;
  if (rollout === null || policy === null) return null;
  const shared = { rollout, percent, mirror: null, fallback: null };
  if (stage === 'shadow') {
    const isMirrored = candidate !== null && bucketOf(deployment, key, 'mirror') < 100 * policy.shadow.share;
    const mirror = isMirrored ? candidate : null;
    return { ...shared, phase: 'shadow', percent: 0, answers: 'champion', primary: champion, mirror };
  }
  if (stage === 'canary' && candidate !== null) {
    const phase = phaseOf(deployment);
    if (bucketOf(deployment, key, 'canary') >= percent)
      return { ...shared, phase, answers: 'champion', primary: champion };
    return { ...shared, phase, answers: 'candidate', primary: candidate, fallback: champion };
  }
  if (stage === 'promoted' && watchedUntil !== null && key.now < watchedUntil && champion !== null)
    return { ...shared, phase: 'promoted', answers: 'candidate', primary: champion, fallback: previous };
  return null;
}

/** Under which requests of the present stage are counted. */
export const phaseOf = ({ stage, percent }: Pick<Deployment, 'stage' | 'percent'>): string =>
  stage === 'canary' ? `canary-${percent}` : stage;

/** 0 … 100, evenly spread by sha256; the rollout's id is in it, so that the next canary meets others. */
export function bucketOf(
  { rollout, model, sticky }: Pick<Deployment, 'rollout' | 'model' | 'sticky'>,
  { stream, barTime, stickyKey }: Omit<RouteKey, 'now'>,
  use: 'mirror' | 'canary',
): number {
  const unit = stickyKey ?? (sticky === 'bar' || use === 'mirror' ? String(barTime) : '');
  const digest = sha256Hex(JSON.stringify([use, rollout, model, stream, unit]));
  return (parseInt(digest.slice(0, 12), 16) / 2 ** 48) * 100;
}

/** Streams, where the first step is likely to meet one of them; else the bars of each. */
export function stickyBy(
  wanted: 'auto' | 'stream' | 'bar',
  { streams, firstPercent }: { streams: number; firstPercent: number },
): 'stream' | 'bar' {
  if (wanted !== 'auto') return wanted;
  // Three streams on average: that none is met has then a chance of one in twenty.
  return (streams * firstPercent) / 100 >= 3 ? 'stream' : 'bar';
}
