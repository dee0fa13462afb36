import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../domain/errors.js';
import { DEFAULT_SEED, type Source } from '../../domain/sources.js';
import type { Config } from '../config.js';

/** Live when an exchange answers in time, else recorded when there is a recording, else simulated; with the reason. */
export async function chooseSource(
  config: Pick<Config, 'liveTimeoutMs' | 'exchangeHosts' | 'recordedDir'>,
): Promise<{ source: Source; reason: string }> {
  const probe = await probeLive(config);
  if (probe.ok) return { source: { kind: 'live', detail: '' }, reason: probe.reason };
  if (existsSync(join(config.recordedDir, 'ohlcv')))
    return {
      source: { kind: 'recorded', detail: config.recordedDir },
      reason: `${probe.reason}; a recording is there`,
    };
  return {
    source: { kind: 'simulated', detail: DEFAULT_SEED },
    reason: `${probe.reason}; no recording at ${config.recordedDir}`,
  };
}

/** Asks Binance for its time; never throws. */
export async function probeLive(
  config: Pick<Config, 'liveTimeoutMs' | 'exchangeHosts'>,
): Promise<{ ok: boolean; reason: string }> {
  const host = (config.exchangeHosts['binance'] ?? 'https://api.binance.com').replace(/\/$/, '');
  try {
    const answer = await fetch(`${host}/api/v3/time`, { signal: AbortSignal.timeout(config.liveTimeoutMs) });
    if (!answer.ok) return { ok: false, reason: `the exchange binance answers HTTP ${answer.status}` };
    // A proxy's login page answers 200 as well.
    const body = (await answer.json().catch(() => null)) as { serverTime?: unknown } | null;
    if (typeof body?.serverTime === 'number') return { ok: true, reason: 'the exchange binance answers' };
    return { ok: false, reason: 'something answers in the place of binance, without its time' };
  } catch (error) {
    const timedOut = (error as Error | null)?.name === 'TimeoutError';
    const why = timedOut ? `none within ${config.liveTimeoutMs / 1000} s` : messageOf(error);
    return { ok: false, reason: `no exchange answers (${why})` };
  }
}
