import { messageOf } from '../../domain/errors.js';
import type { Tensor } from '../ports.js';
import { assert } from './check-answers.js';
import type { Check } from './check-cases.js';
import type { CheckContext } from './check.js';
import { checkModel, inputsFor, makeCheckModel, type CheckModel } from './check-models.js';

const BAD = 'finsight-check-bad';

/** What must be refused, by an error that says so. */
export const REFUSALS: readonly Check[] = [
  {
    name: 'wrong input name',
    guards: true,
    run: (context) =>
      refusesInputs(context, (inputs) =>
        Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`${name}_other`, value])),
      ),
  },
  {
    name: 'wrong input shape',
    guards: true,
    run: (context) =>
      refusesInputs(context, (inputs) => mapped(inputs, (each) => ({ ...each, dims: [...each.dims, 1] }))),
  },
  {
    name: 'wrong input type',
    guards: true,
    run: (context) => refusesInputs(context, (inputs) => mapped(inputs, otherType)),
  },
  {
    name: 'tampered file',
    guards: true,
    disturbs: true,
    async run(context) {
      const model = makeCheckModel('1', { name: BAD, seed: 41 });
      const bytes = model.bytes.slice();
      const at = bytes.length - 40;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return refusesModel(context, { ...model, bytes });
    },
  },
  {
    name: 'corrupt file',
    guards: true,
    disturbs: true,
    async run(context) {
      const whole = makeCheckModel('2', { name: BAD, seed: 42 });
      return refusesModel(context, cut(whole));
    },
  },
  {
    name: 'other opset',
    disturbs: true,
    run: (context) => refusesModel(context, makeCheckModel('3', { name: BAD, opset: 99 })),
  },
  {
    name: 'other inputs',
    guards: true,
    disturbs: true,
    async run(context) {
      const model = context.add(makeCheckModel('4', { name: BAD, input: 'windows' }));
      const { features, ...none } = inputsFor([{ name: 'features', type: 'float32', dims: [-1, 8] }], {
        rows: 2,
      });
      return refused(() => context.serving.infer(model.ref, { ...none, features: features! }), 'windows');
    },
  },
  {
    name: 'NaN answer',
    guards: true,
    disturbs: true,
    async run(context) {
      const model = context.add(makeCheckModel('5', { name: BAD, answersNaN: true }));
      const inputs = inputsFor([{ name: 'features', type: 'float32', dims: [-1, 8] }], { rows: 2 });
      return refused(() => context.serving.infer(model.ref, inputs), BAD);
    },
  },
  {
    name: 'unknown model',
    guards: true,
    async run({ serving }) {
      const { ref } = makeCheckModel('6', { name: 'finsight-check-unknown', seed: 43 });
      const inputs = inputsFor([{ name: 'features', type: 'float32', dims: [-1, 8] }], { rows: 1 });
      return refused(() => serving.infer(ref, inputs), '');
    },
  },
];

function mapped(inputs: Record<string, Tensor>, change: (each: Tensor) => Tensor): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(inputs).map(([name, each]) => [name, change(each)]));
}

const otherType = ({ type, dims, data }: Tensor): Tensor =>
  type === 'float32'
    ? { type: 'int64', dims, data: new BigInt64Array(data.length) }
    : { type: 'float32', dims, data: new Float32Array(data.length) };

/** The first half of a file, under its own digest. */
function cut({ ref, bytes }: CheckModel): CheckModel {
  const half = bytes.slice(0, bytes.length / 2);
  return checkModel({ name: ref.name, version: ref.version, bytes: half });
}

function refusesInputs(
  { serving, first, raw }: CheckContext,
  change: (inputs: Record<string, Tensor>) => Record<string, Tensor>,
): Promise<string> {
  const inputs = change(inputsFor(raw.first.inputs, { rows: 2 }));
  return refused(() => serving.infer(first.ref, inputs), first.ref.name);
}

async function refusesModel(context: CheckContext, model: CheckModel): Promise<string> {
  context.add(model);
  const said = await refused(() => context.serving.load(model.ref), '');
  const inputs = inputsFor([{ name: 'features', type: 'float32', dims: [-1, 8] }], { rows: 1 });
  await refused(() => context.serving.infer(model.ref, inputs), '');
  const { loaded } = await context.serving.health();
  assert(!loaded.includes(model.ref.onnx.sha256), 'health() says that it is loaded all the same');
  return said;
}

/** What it says. @throws where it answers, or fails by an error that is retried, or names not what is wrong */
async function refused(work: () => Promise<unknown>, names: string): Promise<string> {
  const error = await work().then(
    () => null,
    (thrown: unknown) => thrown ?? new Error('nothing'),
  );
  assert(error !== null, 'it is answered instead of refused');
  const kind = error instanceof Error ? error.name : 'nothing';
  assert(
    ['DataQualityError', 'NotFoundError', 'InvalidInputError'].includes(kind),
    `it fails by ${kind}, which is tried again: ${messageOf(error)}`,
  );
  assert(messageOf(error).includes(names), `the refusal does not name ${names}: ${messageOf(error)}`);
  return messageOf(error);
}
