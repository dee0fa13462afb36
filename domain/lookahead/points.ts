import { seededRandom } from '../random.js';
import type { Decisions, Subject } from './subject.js';

/**
 * Bars after which the future is cut off: half of them where the decision has just changed, since it is there that the
 * next bar shows, and half spread over the data, never at regular distances, which a longer bar could hide behind.
 */
export function auditPoints(subject: Subject, whole: Decisions, count: number): number[] {
  const from = subject.warmUp + subject.horizonBars;
  const to = whole.time.length - 2;
  const random = seededRandom(`points of ${subject.name}`);
  const changed: number[] = [];
  for (let bar = Math.max(from, 1); bar <= to; bar++)
    if (Object.values(whole.columns).some((values) => changes(values[bar], values[bar - 1])))
      changed.push(bar);
  const points = new Set<number>();
  for (let i = 0; i < count; i++) {
    const share = (i + random()) / count;
    const spread = from + Math.floor(share * (to - from + 1));
    points.add(Math.min(to, i % 2 === 0 ? spread : (changed[Math.floor(share * changed.length)] ?? spread)));
  }
  // Where decisions seldom change the same bar was picked twice: others take the place.
  for (let tries = 0; points.size < count && tries < 4 * count; tries++)
    points.add(from + Math.floor(random() * (to - from + 1)));
  return [...points].sort((a, b) => a - b);
}

const changes = (now = NaN, then = NaN): boolean =>
  now !== then && !(Number.isNaN(now) && Number.isNaN(then));
