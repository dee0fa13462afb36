import { messageOf } from '../../domain/errors.js';
import { assert, differenceOf, expectAnswer } from './check-answers.js';
import type { CheckContext } from './check.js';
import { inputsFor, type CheckModel } from './check-models.js';

const CALLERS = 8;
/** Swaps there and back. */
const SWAPS = 4;
const BETWEEN_MS = 40;

/**
 * Callers ask without a pause for whichever version is the current one, while the other is loaded, made current, and the
 * former is unloaded. Every answer must be there, and of the version that was asked for.
 */
export async function hotSwap(context: CheckContext): Promise<string> {
  const { serving, first, second, raw } = context;
  const inputs = inputsFor(raw.first.inputs, { rows: 2, seed: 31 });
  const expected = { first: await raw.first.run(inputs), second: await raw.second.run(inputs) };
  let current = first;
  let isOver = false;
  let answered = 0;
  const faults: string[] = [];
  const call = async (): Promise<void> => {
    while (!isOver) {
      const asked = current;
      try {
        const answer = await serving.infer(asked.ref, inputs);
        differenceOf(answer, asked === first ? expected.first : expected.second);
        answered++;
      } catch (error) {
        faults.push(`${asked.ref.version}: ${messageOf(error)}`);
      }
      // Backends in this process would leave no turn to the swap.
      await new Promise((next) => setImmediate(next));
    }
  };
  await serving.load(first.ref);
  const callers = Array.from({ length: CALLERS }, call);
  try {
    for (let swap = 0; swap < SWAPS; swap++) {
      const [former, next] = current === first ? [first, second] : [second, first];
      await serving.load(next.ref);
      current = next;
      await pause(BETWEEN_MS);
      await serving.unload(former.ref);
      await pause(BETWEEN_MS);
    }
  } finally {
    isOver = true;
    await Promise.all(callers);
  }
  assert(
    faults.length === 0,
    `${faults.length} of ${answered + faults.length} requests failed; the first: ${faults[0]}`,
  );
  return `${SWAPS} swaps under ${answered} requests of ${CALLERS} callers without an error`;
}

/** Batches that run end well; afterwards it is away, and comes again or is refused in words. */
export async function unloadUnderLoad(context: CheckContext): Promise<string> {
  const { serving, first, raw } = context;
  await serving.load(first.ref);
  const inputs = inputsFor(raw.first.inputs, { rows: 4, seed: 32 });
  const running = Array.from({ length: 16 }, () => serving.infer(first.ref, inputs));
  const settled = Promise.allSettled(running);
  await serving.unload(first.ref);
  const lost = (await settled).flatMap((each) =>
    each.status === 'rejected' ? [messageOf(each.reason)] : [],
  );
  assert(lost.length === 0, `${lost.length} running batches were lost; the first: ${lost[0]}`);
  await serving.unload(first.ref);
  const { loaded } = await serving.health();
  assert(!loaded.includes(first.ref.onnx.sha256), 'health() says that it is still loaded');
  const again = await comesAgain(context, first);
  await serving.load(first.ref);
  return `16 running batches ended, then it was away; ${again}`;
}

async function comesAgain(context: CheckContext, model: CheckModel): Promise<string> {
  try {
    await expectAnswer(context, model, { rows: 1, seed: 33 });
    return 'asked for, it was loaded again';
  } catch (error) {
    const kind = error instanceof Error ? error.name : '';
    assert(
      kind === 'NotFoundError' || kind === 'UnreachableError',
      `asked for, it fails by ${kind}: ${messageOf(error)}`,
    );
    return `asked for, it was refused: ${messageOf(error)}`;
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
