import { DataQualityError, UnreachableError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import type { Tensor, TensorInfo } from '../ports-serving.js';
import { checkInputs, checkOutputs, nameOf, rowsOf } from './tensors.js';
import { isAbsent, isBroken, TritonFault } from './triton-client.js';
import { openLine } from './triton-line.js';
import type { TritonPlace } from './triton-loading.js';
import type { ServedModel, ServedModels } from './triton-models.js';
import { asServed, asStated, joinRows, splitRows } from './triton-rows.js';

type Tensors = Record<string, Tensor>;

/** Batches for a server, checked on both ways. */
export interface Asking {
  /** @throws as ServingPort.infer */
  infer(model: ModelRef, inputs: Tensors): Promise<Tensors>;
  /** The first batch of a model takes long; it is no use to whoever waits for an answer. */
  warm(served: ServedModel): Promise<void>;
}

export function openAsking(place: TritonPlace, models: ServedModels): Asking {
  const { address, client, name } = place;
  const askOnce = oneBatch(place, models);
  const ask = async (model: ModelRef, served: ServedModel, inputs: Tensors): Promise<Tensors> => {
    checkInputs(model, served.inputs, inputs);
    const parts = splitRows(inputs, served.config.max_batch_size);
    const [only] = parts;
    if (only && parts.length === 1) return askOnce(model, served, only);
    return joinRows(await Promise.all(parts.map((part) => askOnce(model, served, part))));
  };
  return {
    async infer(model, inputs) {
      try {
        const served = await models.served(model);
        try {
          return await ask(model, served, inputs);
        } catch (error) {
          if (isBroken(error) && address.loads) await models.renew(model, served);
          // The server was started anew, or another process had it unload the model.
          else if (isAbsent(error)) await models.forget(model, served);
          else throw error;
        }
        return await ask(model, await models.served(model), inputs);
      } catch (error) {
        throw inferFault(error, { model, name });
      }
    },
    async warm(served) {
      const inputs = Object.fromEntries(served.inputs.map((port) => [port.name, zeros(port)]));
      const call = { model: served.config.name, version: served.version, inputs: asServed(inputs, served) };
      // A model may refuse such values, and be right.
      await client.infer(call).catch(() => undefined);
    },
  };
}

/** One batch that the server takes as it is. */
function oneBatch({ address, client, name }: TritonPlace, models: ServedModels) {
  const line = openLine({ name, ...address });
  return async (model: ModelRef, served: ServedModel, inputs: Tensors): Promise<Tensors> => {
    const call = { model: served.config.name, version: served.version, inputs: asServed(inputs, served) };
    const asking = line.take(() => client.infer(call));
    const confirming = models.confirm(model, served);
    const answer = confirming === null ? await asking : (await Promise.all([asking, confirming]))[0];
    if (answer.model !== call.model || answer.version !== call.version)
      throw new DataQualityError(
        `${name} answers as ${answer.model}, version ${answer.version}; asked was ${call.model}, version ${call.version}`,
      );
    return checkOutputs(model, asStated(answer.outputs, served), rowsOf(inputs));
  };
}

/** What a server says of a batch, as our errors. */
function inferFault(error: unknown, { model, name }: { model: ModelRef; name: string }): unknown {
  if (!(error instanceof TritonFault)) return error;
  const said = error.message.slice(0, 500);
  if (error.kind === 'absent')
    return new UnreachableError(`${name} lost ${nameOf(model)} while it was asked: ${said}`);
  if (error.kind === 'refused' || COMPUTING.test(said))
    return new DataQualityError(`Model ${nameOf(model)} refuses its input: ${said}`);
  return new UnreachableError(`${name} could not run ${nameOf(model)}: ${said}`);
}

/** A fault of the model with these values, which another server would have, too. */
const COMPUTING = /onnx ?runtime error/i;

function zeros({ type, dims }: TensorInfo): Tensor {
  const shape = dims.map((size) => (size === -1 ? 1 : size));
  const length = shape.reduce((product, size) => product * size, 1);
  return type === 'int64'
    ? { type, dims: shape, data: new BigInt64Array(length) }
    : { type: 'float32', dims: shape, data: new Float32Array(length) };
}
