import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditEntry } from '../../domain/audit.js';
import { sourceKeyOf } from '../../domain/strategies/source.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

const STREAM = 'binance/BTC-USDT/1h';
const SIGNAL = 'export default { params: { n: 5 }, signal: ({ bars }) => bars.close.map(() => 1) };';

const start = async (kind: string, input: Record<string, unknown>) => {
  const body = { kind, input: { stream: STREAM, ...input } };
  const response = await platform.call('/api/v1/runs', { method: 'POST', body });
  const answer = (await response.json()) as { workflowId: string; detail: string };
  const told = platform.stories.stories.get(answer.workflowId)?.input as Record<string, unknown> | undefined;
  return { status: response.status, detail: answer.detail, input: told };
};

it('stores the source that a request brings and starts the story with its digest', async () => {
  const sent = await start('runBacktest', { strategy: 'my.ts', code: SIGNAL, params: { n: 3 } });
  expect(sent.status).toBe(202);
  const { code } = sent.input as { code: string };
  expect(code).toMatch(/^[0-9a-f]{64}$/);
  const bytes = await platform.ports.objects.get(sourceKeyOf(code));
  expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({ entry: 'my.ts', files: { 'my.ts': SIGNAL } });
  // What was sent before may be named, several files may be sent, and a comparison has several strategies.
  expect((await start('runBacktest', { strategy: 'my.ts', code })).input).toMatchObject({ code });
  const files = {
    'my.ts': "import { n } from './n.js';\nexport default { decide: () => n };",
    'n.ts': 'export const n = 1;',
  };
  const strategies = [{ strategy: 'donchian' }, { strategy: 'my.ts', code: files }];
  expect((await start('compareStrategies', { strategies })).input).toMatchObject({
    strategies: [
      { strategy: 'donchian' },
      { strategy: 'my.ts', code: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ],
  });
  expect((await start('auditLookahead', { strategy: 'my.ts', code: SIGNAL })).status).toBe(202);
});

it('refuses what cannot be right before anything is started', async () => {
  const before = platform.stories.stories.size;
  const refused = async (input: Record<string, unknown>, message: RegExp) => {
    const { status, detail } = await start('runBacktest', input);
    expect([status, detail]).toEqual([400, expect.stringMatching(message)]);
  };
  await refused({ strategy: 'my.ts' }, /"my\.ts" is a file: send its text as code/);
  await refused({ strategy: 'sma-cross', code: SIGNAL }, /code goes with the name of its file/);
  await refused({ strategy: '../my.ts', code: SIGNAL }, /no name of a strategy file/);
  await refused({ strategy: 'my.ts', code: 'export default {' }, /my\.ts:1:/);
  await refused({ strategy: 'my.ts', code: 'for (;;) {}' }, /my\.ts does not end/);
  await refused({ strategy: 'my.ts', code: SIGNAL, params: { m: 3 } }, /Unknown parameter "m"/);
  await refused({ strategy: 'my.ts', code: 'ab'.repeat(32) }, /No strategy source of the digest/);
  await refused({ strategy: 'my.ts', code: `//${'x'.repeat(100_000)}` }, /at most 100000|<=100000/);
  const { status } = await start('compareStrategies', {
    strategies: [{ strategy: 'donchain' }, { strategy: 'rsi' }],
  });
  expect(status).toBe(400);
  expect((await start('auditLookahead', { strategy: 'my.ts' })).detail).toMatch(/go together/);
  expect(platform.stories.stories.size).toBe(before);
});

it('keeps the beginning of a long source in the audit', async () => {
  await start('runBacktest', { strategy: 'my.ts', code: `${SIGNAL}//${'x'.repeat(5000)}` });
  const { items } = await platform.ports.documents.find<AuditEntry>('audit', { limit: 1 });
  const kept = items[0]?.detail as { input: { input: { code: string } } };
  expect(kept.input.input.code).toMatch(/characters\)$/);
  expect(kept.input.input.code.length).toBeLessThan(2100);
});
