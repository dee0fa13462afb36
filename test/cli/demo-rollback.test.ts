import { expect, it } from 'vitest';
import { demoRollback } from '../../cli/demo/rollback.js';
import { temporalBinary } from '../temporal.js';

it.skipIf(!temporalBinary())(
  'a canary that begins to answer NaN under load is rolled back, and no request is lost (skipped without Temporal)',
  async () => {
    const found = await demoRollback({ fault: 'nan', rate: 20, seed: '1' });
    expect(found).toMatchObject({ stage: 'rolledBack', lost: 0, lostReasons: [] });
    expect(found.reasons[0]).toMatch(/^error rate: \d+ of \d+ requests failed/);
    expect(found.champion).not.toBe(found.candidate);
    expect(found.fallbacks).toBeGreaterThanOrEqual(3);
    expect(found.secondsToRollback).toBeGreaterThan(0);
  },
  180_000,
);
