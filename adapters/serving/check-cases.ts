import { messageOf, UnreachableError } from '../../domain/errors.js';
import type { ModelMetadata, TensorInfo } from '../ports.js';
import type { CheckContext } from './check.js';
import { inputsFor } from './check-models.js';
import { assert, differenceOf, expectAnswer, rowsPossible } from './check-answers.js';
import { REFUSALS } from './check-refusals.js';
import { hotSwap, unloadUnderLoad } from './check-swap.js';

export interface Check {
  name: string;
  /** Takes versions away, or adds others: not for a version that is in use. */
  disturbs?: boolean;
  /** Where it fails, wrong numbers may be served. */
  guards?: boolean;
  /** Says what was seen. @throws where it is not as it should be */
  run(context: CheckContext): Promise<string>;
}

/** In this order: what comes first is what the others need. */
export const CHECKS: readonly Check[] = [
  {
    name: 'health',
    async run({ serving }) {
      const { backend, provider, loaded, instances = [] } = await serving.health();
      if (instances.length > 0 && instances.every(({ state }) => state === 'down'))
        throw new UnreachableError(instances.map((each) => `${each.address}: ${each.reason}`).join('; '));
      assert(backend !== '' && provider !== '', 'it names neither backend nor provider');
      return `${backend}, ${provider}, ${loaded.length} loaded`;
    },
  },
  {
    name: 'load',
    async run({ serving, first }) {
      await Promise.all([serving.load(first.ref), serving.load(first.ref)]);
      await serving.load(first.ref);
      const { loaded } = await serving.health();
      assert(
        loaded.includes(first.ref.onnx.sha256),
        `its digest is not among what health() has loaded: ${loaded.join()}`,
      );
      return 'loaded, and again without harm';
    },
  },
  { name: 'metadata', guards: true, run: metadata },
  {
    name: 'infer',
    guards: true,
    async run(context) {
      const difference = await expectAnswer(context, context.first, { rows: 1, seed: 11 });
      return `one row, largest difference from the ONNX file ${difference.toExponential(1)}`;
    },
  },
  { name: 'batch', guards: true, run: batches },
  {
    name: 'version',
    guards: true,
    disturbs: true,
    async run(context) {
      const { serving, first, second } = context;
      await serving.load(second.ref);
      for (let i = 0; i < 5; i++)
        await Promise.all(
          [first, second].map((model) => expectAnswer(context, model, { rows: 3, seed: 20 + i })),
        );
      const said = await Promise.all([first, second].map(({ ref }) => serving.metadata(ref)));
      const versions = said.map(({ version, sha256 }) => `${version} ${sha256.slice(0, 8)}`);
      assert(new Set(versions).size === 2, `both versions are said to be ${versions[0]}`);
      return `two versions side by side, each answers as its own file: ${versions.join(', ')}`;
    },
  },
  { name: 'concurrency', guards: true, run: concurrency },
  ...REFUSALS,
  { name: 'hot swap', disturbs: true, guards: true, run: hotSwap },
  { name: 'unload', disturbs: true, run: unloadUnderLoad },
  {
    name: 'after all',
    guards: true,
    async run(context) {
      const difference = await expectAnswer(context, context.first, { rows: 2, seed: 12 });
      return `it still answers as the ONNX file does, to ${difference.toExponential(1)}`;
    },
  },
];

async function metadata({ serving, first, raw }: CheckContext): Promise<string> {
  const said = await serving.metadata(first.ref);
  const wanted = { name: first.ref.name, version: first.ref.version, sha256: first.ref.onnx.sha256 };
  for (const [member, value] of Object.entries(wanted)) {
    const found = said[member as keyof ModelMetadata];
    assert(found === value, `${member} is ${String(found)}, should be ${value}`);
  }
  assert(said.platform !== '', 'it names no platform');
  for (const part of ['inputs', 'outputs'] as const) {
    const [found, file] = [said[part], raw.first[part]].map(described);
    assert(found === file, `${part} are ${found}; the file has ${file}`);
  }
  return `${said.platform}: ${described(said.inputs)} → ${described(said.outputs)}`;
}

const described = (all: readonly TensorInfo[]): string =>
  all
    .map(({ name, type, dims }) => `${name} ${type} [${dims.join(', ')}]`)
    .toSorted()
    .join('; ');

async function batches(context: CheckContext): Promise<string> {
  const sizes = Array.from({ length: 64 }, (_, i) => i + 1).filter((rows) => rowsPossible(context, rows));
  let largest = 0;
  for (const rows of sizes)
    largest = Math.max(largest, await expectAnswer(context, context.first, { rows, seed: rows }));
  return `${sizes.length} sizes up to ${sizes.at(-1)}, largest difference ${largest.toExponential(1)}`;
}

/** Each asks something else: answers that are lost or mixed up are seen. */
async function concurrency({ serving, first, raw, inFlight }: CheckContext): Promise<string> {
  const asked = Array.from({ length: inFlight }, (_, i) =>
    inputsFor(raw.first.inputs, { rows: 1 + (i % 3), seed: 100 + i }),
  );
  const answers = await Promise.allSettled(asked.map((inputs) => serving.infer(first.ref, inputs)));
  const lost = answers.flatMap((each) => (each.status === 'rejected' ? [messageOf(each.reason)] : []));
  assert(lost.length === 0, `${lost.length} of ${inFlight} were lost; the first: ${lost[0]}`);
  let largest = 0;
  for (const [i, inputs] of asked.entries()) {
    const answer = answers[i];
    if (answer?.status !== 'fulfilled') continue;
    largest = Math.max(largest, differenceOf(answer.value, await raw.first.run(inputs)));
  }
  return `${inFlight} in flight, none lost, each got its own answer, to ${largest.toExponential(1)}`;
}
