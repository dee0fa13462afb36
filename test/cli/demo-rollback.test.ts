import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readToolPaths } from '../../adapters/toolchain.js';
import { runCommand } from './command.js';

const hasTemporal = (): boolean => existsSync('.tools/paths.json') && existsSync(readToolPaths().temporal);

describe('finsight demo rollback', () => {
  it.skipIf(!hasTemporal())(
    'takes a canary that begins to answer NaN under load back, and loses no request (skipped without Temporal)',
    async () => {
      const { code, answer } = await runCommand(['demo', 'rollback', '--rate', '20', '--json']);
      expect(code, JSON.stringify(answer)).toBe(0);
      expect(answer).toMatchObject({ fault: 'nan', stage: 'rolledBack', lost: 0, lostReasons: [] });
      const { reasons, champion, candidate, fallbacks } = answer as unknown as Record<string, unknown>;
      expect((reasons as string[])[0]).toMatch(/^error rate: \d+ of \d+ requests failed/);
      expect(champion).not.toBe(candidate);
      expect(fallbacks).toBeGreaterThanOrEqual(3);
      expect((answer as unknown as { secondsToRollback: number }).secondsToRollback).toBeGreaterThan(0);
    },
    180_000,
  );

  it.each([
    ['--fault', 'fire', /Unknown fault "fire"; known: nan, slow, fail/],
    ['--rate', '0', /--rate 0 is not between 1 and 150/],
    ['--seed', 'x', /--seed "x" is no whole number/],
  ])('refuses %s %s', async (flag, value, reason) => {
    const { code, answer } = await runCommand(['demo', 'rollback', flag, value, '--json']);
    expect(code).toBe(2);
    expect(JSON.stringify(answer).replaceAll('\\"', '"')).toMatch(reason);
  });
});
