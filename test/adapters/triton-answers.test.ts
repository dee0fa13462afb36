import { describe, expect, it } from 'vitest';
import { openServing } from '../../adapters/serving/index.js';
import { checkInputsOf } from '../../adapters/serving/check-models.js';
import type { MadeAnswer } from './made-triton.js';
import { madeSilence, madeTriton } from './made-triton.js';
import { MADE_MODELS, modelObjects } from './made-models.js';

const { first } = MADE_MODELS;
const { objects } = modelObjects([first]);

/** What comes of a batch of two rows. */
async function asked(answer: MadeAnswer, options = ''): Promise<Error> {
  const made = await madeTriton(first.ref, answer);
  const serving = openServing(made.address + options, { objects });
  try {
    return await serving.infer(first.ref, checkInputsOf(2)).then(
      () => new Error('answered'),
      (error: unknown) => error as Error,
    );
  } finally {
    await serving.close();
    await made.close();
  }
}

describe('a Triton that answers wrongly is not believed', () => {
  const stated = (shape: number[], more = {}) => ({
    outputs: [{ name: 'target', datatype: 'FP32', shape, parameters: { binary_data_size: 16 }, ...more }],
  });

  it.each<[string, string, RegExp, MadeAnswer]>([
    [
      'another model',
      'DataQualityError',
      /answers as other\.1, version 1/,
      { header: { model_name: 'other.1' } },
    ],
    [
      'another version',
      'DataQualityError',
      /version 9; asked was .*, version 1/,
      { header: { model_version: '9' } },
    ],
    ['no version', 'DataQualityError', /version undefined/, { header: { model_version: undefined } }],
    [
      'NaN',
      'DataQualityError',
      /@1 answers NaN in "target", row 1/,
      { values: Float32Array.of(1, 2, 3, NaN) },
    ],
    ['other rows', 'DataQualityError', /answers 1 rows of "target" for 2/, { header: stated([1, 4]) }],
    [
      'a shape of other size',
      'DataQualityError',
      /4 values in "target", its shape has 6/,
      { header: stated([2, 3]) },
    ],
    [
      'fewer bytes',
      'DataQualityError',
      /fewer bytes of "target"/,
      { values: Float32Array.of(1), header: stated([2, 2]) },
    ],
    [
      'another type',
      'DataQualityError',
      /answers FP16 in "target"/,
      { header: stated([2, 2], { datatype: 'FP16' }) },
    ],
    ['no JSON', 'DataQualityError', /is no JSON: is it a Triton/, { text: '<html>' }],
    [
      'a refusal',
      'DataQualityError',
      /@1 refuses its input: bad ids/,
      { status: 400, text: '{"error":"bad ids"}' },
    ],
    [
      'a fault of the model',
      'DataQualityError',
      /refuses its input/,
      { status: 500, text: '{"error":"onnx runtime error 2: x"}' },
    ],
    [
      'a process that died for good',
      'UnreachableError',
      /could not let finsight-check@1 go: Stub process/,
      { status: 500, text: '{"error":"Stub process x is not healthy"}' },
    ],
    [
      'a fault of the server',
      'UnreachableError',
      /could not run finsight-check@1: out of memory/,
      { status: 500, text: '{"error":"out of memory"}' },
    ],
    [
      'a full queue',
      'UnreachableError',
      /is busy: Exceeds maximum queue size/,
      { status: 503, text: '{"error":"Exceeds maximum queue size"}' },
    ],
    [
      'a model that is gone again and again',
      'UnreachableError',
      /lost finsight-check@1/,
      { status: 503, text: '{"error":"x is not at ready state"}' },
    ],
  ])('%s', async (_, kind, message, answer) => {
    const error = await asked(answer);
    expect([error.name, error.message]).toEqual([kind, expect.stringMatching(message)]);
  });

  it('another file under the name of a version, at once or while it is used', async () => {
    const made = await madeTriton(first.ref);
    const serving = openServing(`${made.address}&confirm=0.05`, { objects });
    await serving.infer(first.ref, checkInputsOf(2));
    made.state.sha256 = 'f'.repeat(64);
    await new Promise((done) => setTimeout(done, 60));
    const message = /serves something else as finsight-check@1 .*sha256 ffff.*, wanted is/;
    await expect(serving.infer(first.ref, checkInputsOf(2))).rejects.toThrow(message);
    const other = openServing(made.address, { objects });
    await expect(other.infer(first.ref, checkInputsOf(2))).rejects.toThrow(message);
    await Promise.all([serving.close(), other.close()]);
    await made.close();
  });
});

describe('a Triton that does not answer', () => {
  it.each(['http', 'grpc'])(
    'is given up after its time over %s, those that wait among them',
    async (protocol) => {
      const silence = await madeSilence();
      const serving = openServing(`triton:${protocol}://${silence.host}?timeout=0.3&concurrency=2`, {
        objects,
      });
      const start = performance.now();
      const all = await Promise.allSettled(
        Array.from({ length: 6 }, () => serving.infer(first.ref, checkInputsOf(1))),
      );
      expect(performance.now() - start).toBeLessThan(3000);
      for (const each of all)
        expect(each).toMatchObject({
          reason: { name: 'UnreachableError', message: /within 0.3 s|does not answer/ },
        });
      const { instances } = await serving.health();
      expect(instances?.[0]).toMatchObject({
        state: 'down',
        reason: expect.stringContaining('does not answer'),
      });
      await serving.close();
      await serving.close();
      await silence.close();
    },
  );

  it('refuses more than may wait', async () => {
    const made = await madeTriton(first.ref);
    const serving = openServing(`${made.address}&concurrency=1&waiting=1`, { objects });
    await serving.infer(first.ref, checkInputsOf(2));
    const all = await Promise.allSettled([1, 2, 3].map(() => serving.infer(first.ref, checkInputsOf(2))));
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect((all[2] as PromiseRejectedResult).reason).toMatchObject({
      ...{ name: 'UnreachableError', message: expect.stringContaining('is busy: 1 batches wait already') },
    });
    await serving.close();
    await made.close();
  });

  it('is named where nothing listens', async () => {
    const serving = openServing('triton:http://127.0.0.1:1', { objects });
    await expect(serving.infer(first.ref, checkInputsOf(1))).rejects.toThrow(
      /Triton at http:\/\/127.0.0.1:1 does not answer: .*ECONNREFUSED/,
    );
    await serving.close();
  });
});

it.each([
  ['triton:', /it names no server/],
  ['triton:ftp://host', /"ftp" is no protocol/],
  ['triton:http://host?modell=1', /unknown option "modell", known: repository/],
  ['triton:http://host?instances=0', /instances=0 is not 1 … 64/],
  ['triton:http://host?timeout=never', /timeout=never is not 0.05 … 3600 seconds/],
  ['triton:http://host?backend=tensorrt', /backend=tensorrt is none of auto, onnxruntime, python/],
  [
    'triton:http://user:secret@host?load=maybe',
    /address triton:http:\/\/host\?load=maybe: load=maybe is none/,
  ],
])('%s is refused with what would be right', (address, message) => {
  expect(() => openServing(address, { objects })).toThrow(message);
});
