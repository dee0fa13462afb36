import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkInputsOf, checkModel, makeCheckModel } from '../../adapters/serving/check-models.js';
import { onnxServing } from '../../adapters/serving/onnx.js';
import { tritonConfig, tritonName, tritonVersion, configText } from '../../adapters/serving/triton-config.js';
import { openTritonRepository, tritonModel } from '../../adapters/serving/triton-repository.js';
import { tritonServing } from '../../adapters/serving/triton.js';
import { loadShippedModels } from '../../adapters/serving/shipped.js';
import { encodeRidge } from '../../domain/onnx.js';
import { readOnnxPorts } from '../../domain/onnx-ports.js';
import { sentimentInputs } from '../../domain/sentiment/hashing.js';
import { S3_KEYS, seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import { triton } from '../../infra/test-servers/triton.js';
import { realServer } from '../servers.js';
import { madeNetwork } from './made-encoder.js';
import { MADE_MODELS, modelObjects } from './made-models.js';

const { server, reason: skip } = await realServer('serving triton: with a repository', triton);
const s3 = await realServer('serving triton: with a repository on S3', seaweedfs);

const settings = { instances: 2, device: 'auto', batch: 32, delayUs: 500, threads: 3 } as const;
const ridge = checkModel({
  ...{ name: 'ridge', version: '12' },
  bytes: encodeRidge({
    weights: [1, 2],
    mean: [0, 0],
    deviation: [1, 1],
    bias: 0.5,
    lookBack: 3,
    features: 2,
  }),
});
const { first, second } = MADE_MODELS;
const { objects } = modelObjects([first, second, ridge]);

describe('the ports of an ONNX file', () => {
  it('are read from its bytes, those of weights left out', () => {
    expect(readOnnxPorts(ridge.bytes)).toEqual({
      inputs: [{ name: 'features', type: 'float32', dims: ['batch', 3, 2] }],
      outputs: [{ name: 'target', type: 'float32', dims: ['batch'] }],
    });
    expect(readOnnxPorts(madeNetwork()).inputs.map(({ name, type }) => `${name} ${type}`)).toEqual([
      ...['input_ids int64', 'attention_mask int64', 'token_type_ids int64'],
    ]);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a text', new TextEncoder().encode('not a model')],
    ['half of a file', first.bytes.slice(0, first.bytes.length / 2)],
    ['numbers without end', new Uint8Array(50).fill(255)],
  ])('are refused of %s', (_, bytes) => {
    expect(() => readOnnxPorts(bytes)).toThrow(/no ONNX file: /);
  });
});

describe('the configuration of a version', () => {
  it('states what its file does, in text as in JSON, for the onnxruntime backend', () => {
    const config = tritonConfig(ridge.ref, readOnnxPorts(ridge.bytes), {
      backend: 'onnxruntime',
      ...settings,
    });
    const name = `ridge.${ridge.ref.onnx.sha256.slice(0, 16)}`;
    expect(configText(config)).toBe(`name: "${name}"
platform: "onnxruntime_onnx"
max_batch_size: 32
version_policy {
  specific {
    versions: [ 12 ]
  }
}
input {
  name: "features"
  data_type: TYPE_FP32
  dims: [ 3, 2 ]
}
output {
  name: "target"
  data_type: TYPE_FP32
  dims: [ 1 ]
  reshape {
    shape: [  ]
  }
}
instance_group {
  kind: KIND_AUTO
  count: 2
}
dynamic_batching {
  max_queue_delay_microseconds: 500
}
parameters { key: "sha256" value { string_value: "${ridge.ref.onnx.sha256}" } }
parameters { key: "model" value { string_value: "ridge" } }
parameters { key: "version" value { string_value: "12" } }
parameters { key: "scalars" value { string_value: "[\\"target\\"]" } }
parameters { key: "intra_op_thread_count" value { string_value: "3" } }
parameters { key: "inter_op_thread_count" value { string_value: "1" } }
`);
  });

  it('puts no rows together where the file knows none, and names what cannot be served', () => {
    const fixed = { inputs: [{ name: 'x', type: 'float32', dims: [1, 4] }], outputs: [] };
    const given = { backend: 'python', ...settings } as const;
    expect(tritonConfig(first.ref, fixed, given)).toMatchObject({
      max_batch_size: 0,
      input: [{ dims: [1, 4] }],
    });
    expect(tritonConfig(first.ref, fixed, given)).not.toHaveProperty('dynamic_batching');
    const half = { inputs: [{ name: 'x', type: 'ONNX type 10', dims: ['batch'] }], outputs: [] };
    expect(() => tritonConfig(first.ref, half, given)).toThrow(/"x" is ONNX type 10; float32 .* is served/);
  });

  it('has a name that the server takes and a version that is a number', () => {
    const { onnx } = first.ref;
    expect(tritonName({ name: 'a model/of: mine', version: '1', onnx })).toMatch(
      /^a_model_of__mine\.[0-9a-f]{16}$/,
    );
    expect(['3', '0', '007', 'abc', '2026-01-01'].map((version) => tritonVersion({ version }))).toEqual([
      '3',
      '1',
      '1',
      '1',
      '1',
    ]);
  });
});

describe.skipIf(skip !== null)(`a repository that Triton sees ${skip ?? ''}`, () => {
  it('is a directory from which versions are served, and a changed file in it is refused', async () => {
    const options = { repository: server!.repository, batch: '16' };
    const serving = tritonServing(server!.serving('http', options), { objects });
    await serving.load(first.ref);
    const folder = join(server!.repository, tritonName(first.ref));
    expect(readdirSync(folder).toSorted()).toEqual(['1', 'config.pbtxt']);
    expect(readFileSync(join(folder, '1', 'model.onnx')).equals(first.bytes)).toBe(true);
    expect(await serving.metadata(first.ref)).toMatchObject({
      sha256: first.ref.onnx.sha256,
      platform: 'python',
    });
    // More rows than the server takes at a time are sent in parts.
    const inputs = checkInputsOf(50);
    const own = onnxServing('onnx:', { objects });
    expect(closeTo(await serving.infer(first.ref, inputs), await own.infer(first.ref, inputs))).toBe(true);
    await own.close();
    await serving.unload(first.ref);
    writeFileSync(join(folder, '1', 'model.onnx'), second.bytes);
    await expect(serving.load(first.ref)).rejects.toThrow(
      /model\.onnx in Triton's model repository was changed/,
    );
    // Without us, the server's own check of the digest.
    const elsewhere = tritonServing(server!.serving('http'), { objects });
    const load = fetch(`http://${server!.http}/v2/repository/models/${tritonName(first.ref)}/load`, {
      method: 'POST',
    });
    expect(await (await load).text()).toContain('model.onnx was changed: sha256');
    await Promise.all([serving.close(), elsewhere.close()]);
  });

  it('serves outputs without dimensions and whole numbers as the file states them', async () => {
    const serving = tritonServing(server!.serving('grpc'), { objects });
    const data = Float32Array.from([9, 9, 9, 9, 1, 1, 9, 9, 9, 9, 2, 1]);
    const answer = await serving.infer(ridge.ref, { features: { type: 'float32', dims: [2, 3, 2], data } });
    expect(answer['target']).toEqual({ type: 'float32', dims: [2], data: Float32Array.of(3.5, 4.5) });
    expect((await serving.metadata(ridge.ref)).outputs).toEqual([
      { name: 'target', type: 'float32', dims: [-1] },
    ]);
    const ngram = (await loadShippedModels()).find(({ kind }) => kind === 'ngram')!;
    const inputs = sentimentInputs(['Shares plunge as losses widen', 'The board meets on Monday']);
    const own = onnxServing('onnx:', { objects });
    expect(closeTo(await serving.infer(ngram.ref, inputs), await own.infer(ngram.ref, inputs))).toBe(true);
    const health = await serving.health();
    expect(health.loaded).toEqual(expect.arrayContaining([ridge.ref.onnx.sha256, ngram.ref.onnx.sha256]));
    expect(health.measures).toMatchObject({ failures: 0, pending: 0, gpus: [], queueMs: expect.any(Number) });
    await Promise.all([own.close(), serving.close()]);
  });

  it('keeps as many versions as it is told, and asks for none where others load them', async () => {
    const models = [1, 2, 3].map((seed) => makeCheckModel(String(seed), { name: 'many', seed }));
    const many = modelObjects(models);
    const serving = tritonServing(server!.serving('http', { models: '2' }), many);
    for (const { ref } of models) await serving.load(ref);
    const wanted = models.slice(1).map(({ ref }) => ref.onnx.sha256);
    const loaded = async (): Promise<string[]> =>
      (await serving.health()).loaded.filter((each) => models.some(({ ref }) => ref.onnx.sha256 === each));
    await expect.poll(async () => (await loaded()).toSorted(), { timeout: 5000 }).toEqual(wanted.toSorted());
    const others = tritonServing(server!.serving('http', { load: 'no' }), many);
    await others.infer(models[2]!.ref, checkInputsOf(1));
    await expect(others.infer(models[0]!.ref, checkInputsOf(1))).rejects.toThrow(/has no many@1 .*load=no/);
    await expect(others.unload(models[2]!.ref)).rejects.toThrow(/load=no says that others unload/);
    await Promise.all([serving.close(), others.close()]);
  });
});

const without = skip ?? s3.reason;
it.skipIf(without !== null)(`a repository on S3 is one that Triton reads ${without ?? ''}`, async () => {
  const [bucket, prefix] = ['models', 'for/triton'];
  const endpoint = `http://${s3.server!.address}`;
  const repository = `s3://${S3_KEYS.id}:${S3_KEYS.secret}@${bucket}/${prefix}?endpoint=${endpoint}`;
  const model = await tritonModel(second.ref, { objects, settings: { backend: 'python', ...settings } });
  const written = openTritonRepository(repository);
  await written.write(model);
  await written.write(model);
  await written.close();
  const other = await triton.start({
    repository: `s3://${endpoint}/${bucket}/${prefix}`,
    env: {
      AWS_ACCESS_KEY_ID: S3_KEYS.id,
      AWS_SECRET_ACCESS_KEY: S3_KEYS.secret,
      AWS_DEFAULT_REGION: 'us-east-1',
    },
  });
  const serving = tritonServing(other.serving('http', { repository }), { objects });
  try {
    const answer = await serving.infer(second.ref, checkInputsOf(2));
    expect(answer['target']?.dims).toEqual([2, 2]);
    expect(JSON.stringify(await serving.health())).not.toContain(S3_KEYS.secret);
  } finally {
    await serving.close();
    await other.stop();
  }
});

type Answer = Awaited<ReturnType<ReturnType<typeof tritonServing>['infer']>>;

/** The same names, shapes and, to the last digits, values. */
const closeTo = (one: Answer, other: Answer): boolean =>
  Object.keys(one).join() === Object.keys(other).join() &&
  Object.entries(one).every(([name, { dims, data }]) => {
    const wanted = other[name];
    return (
      wanted?.dims.join() === dims.join() &&
      Array.from(data, Number).every((value, i) => Math.abs(value - Number(wanted.data[i])) < 1e-5)
    );
  });
