import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { environment, readConfig } from '../adapters/config.js';
import { runStory } from '../cli/run.js';
import { startPlatform } from '../cli/up.js';

const RATE = 100;
const SECONDS = 10;

/** Latency of cached reads at 100 requests/s, a bare Express route answering the same bytes beside it. */
export async function benchApi(): Promise<Record<string, unknown>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir, FINSIGHT_ML: 'off' });
  const platform = await startPlatform(config, { port: 0 });
  try {
    const input = {
      source: 'simulated',
      stream: 'binance/BTC-USDT/1h',
      from: '2023-01-01',
      to: '2023-02-01',
    };
    await runStory(config, 'collectBars', input);
    const url = `${platform.apiUrl}/api/v1/bars/binance/BTC-USDT/1h?limit=100`;
    const body = await (await fetch(url)).text();
    const bare = express()
      .get('/', (_req, res) => void res.type('json').send(body))
      .listen(0, '127.0.0.1');
    await new Promise((resolve) => bare.once('listening', resolve));
    const bareUrl = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`;
    await load(bareUrl, 2);
    const express5 = await load(bareUrl, SECONDS);
    await load(url, 2);
    const cachedRead = await load(url, SECONDS);
    bare.close();
    return {
      requestsPerSecond: RATE,
      bytes: body.length,
      cachedRead,
      bareExpress: express5,
      limits: { p95Ms: 20 },
    };
  } finally {
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Open loop: requests start on time whether or not earlier ones have ended. */
async function load(url: string, seconds: number): Promise<Record<string, number>> {
  const times: number[] = [];
  let failures = 0;
  const pending: Promise<void>[] = [];
  const start = performance.now();
  for (let i = 0; i < RATE * seconds; i++) {
    const due = start + (i * 1000) / RATE;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const begun = performance.now();
    const answer = fetch(url).then(async (response) => {
      await response.arrayBuffer();
      if (!response.ok) failures++;
      times.push(performance.now() - begun);
    });
    pending.push(answer.catch(() => void failures++));
  }
  await Promise.all(pending);
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((times[Math.floor(share * (times.length - 1))] ?? NaN).toFixed(2));
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), failures };
}
