import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tensor } from '../../adapters/ports.js';
import { openSession } from '../../adapters/serving/session.js';
import type { openThreads } from '../../adapters/serving/threads.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { madeNetwork } from '../adapters/made-encoder.js';
import { buildProgram } from './processes.js';

const OPTIONS = { instances: 2, threads: 1, provider: 'cpu' };
const BUILT = resolve(import.meta.dirname, '../../dist/test-processes/adapters/serving/threads.js');

const inputs = (rows: number, tokens: number): Record<string, Tensor> =>
  Object.fromEntries(
    ['input_ids', 'attention_mask', 'token_type_ids'].map((name, i) => {
      const data = new BigInt64Array(rows * tokens).fill(i === 1 ? 1n : 0n);
      if (i === 0) data.forEach((_, at) => (data[at] = BigInt((at * 7) % 40)));
      return [name, { type: 'int64', dims: [rows, tokens], data }];
    }),
  );

describe('a model in threads of its own', () => {
  let open: typeof openThreads;
  const sessions: { release(): Promise<void> }[] = [];
  const opened = async (bytes = madeNetwork()) => {
    const session = await open(bytes, OPTIONS);
    sessions.push(session);
    return session;
  };
  beforeAll(async () => {
    buildProgram();
    ({ openThreads: open } = (await import(pathToFileURL(BUILT).href)) as {
      openThreads: typeof openThreads;
    });
  }, 120_000);
  afterAll(() => Promise.all(sessions.map((each) => each.release())));

  it('answers what it answers in the thread that asks, several batches side by side', async () => {
    const here = await openSession(madeNetwork(), OPTIONS);
    const there = await opened();
    expect([there.inputs, there.provider, there.note]).toEqual([here.inputs, 'cpu', null]);
    const batches = [inputs(2, 5), inputs(1, 40), inputs(30, 3)];
    const answers = await Promise.all(batches.map((batch) => there.run(batch)));
    for (const [i, batch] of batches.entries()) expect(answers[i]).toEqual(await here.run(batch));
    await here.release();
  });

  it('leaves the thread that asks free meanwhile', async () => {
    const session = await opened();
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    await session.run(inputs(3000, 1000));
    clearInterval(count);
    expect(turns).toBeGreaterThan(5);
  });

  it('tells what is wrong with a file, a batch and a provider', async () => {
    await expect(open(new TextEncoder().encode('junk'), OPTIONS)).rejects.toThrow(/protobuf|model/i);
    const session = await opened();
    const wide = { ...inputs(1, 2), input_ids: inputs(1, 3)['input_ids']! };
    await expect(session.run(wide)).rejects.toThrow(/Add|broadcast|dimension/i);
    expect(Object.keys(await session.run(inputs(1, 2)))).toEqual(['probabilities']);
    const other = await open(madeNetwork(), { instances: 2, threads: 1, provider: 'cuda' });
    sessions.push(other);
    expect([other.provider, other.note]).toEqual([
      'cpu',
      expect.stringContaining('cuda cannot be used here, cpu computes'),
    ]);
  });

  it('does not keep its process from ending, nor abort it in the middle of a batch', () => {
    const directory = temporaryDirectory();
    const network = join(directory, 'model.onnx');
    writeFileSync(network, madeNetwork());
    const program = (end: string): number | null => {
      const code = `
        import { readFileSync } from 'node:fs';
        import { openThreads } from ${JSON.stringify(pathToFileURL(BUILT).href)};
        const session = await openThreads(readFileSync(${JSON.stringify(network)}), ${JSON.stringify(OPTIONS)});
        const of = (fill) => ({ type: 'int64', dims: [3000, 1000], data: new BigInt64Array(3e6).fill(fill) });
        const run = session.run({ input_ids: of(3n), attention_mask: of(1n), token_type_ids: of(0n) });
        ${end}`;
      const file = join(directory, 'program.mjs');
      writeFileSync(file, code);
      return spawnSync(process.execPath, [file], { timeout: 60_000 }).status;
    };
    expect(program('await run;')).toBe(0);
    expect(program('setTimeout(() => process.exit(7), 20);')).toBe(7);
    expect(program('await session.release(); await run; process.exit(8);')).toBe(8);
  }, 120_000);
});
