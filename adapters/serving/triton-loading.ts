import { DataQualityError, InvalidInputError, NotFoundError, UnreachableError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import type { ObjectsPort } from '../ports.js';
import { nameOf } from './tensors.js';
import type { TritonAddress } from './triton-address.js';
import { isAbsent, TritonFault, type TritonClient } from './triton-client.js';
import { tritonName, type TritonBackend } from './triton-config.js';
import { openTritonRepository, tritonModel } from './triton-repository.js';

/** What a server is reached by. */
export interface TritonPlace {
  address: TritonAddress;
  client: TritonClient;
  objects: Pick<ObjectsPort, 'get'>;
  /** Of the server, for messages. */
  name: string;
}

/** Has a server load and unload versions, from its repository or with files that travel with the request. */
export interface Loading {
  /** @throws DataQualityError for a changed or unusable file, NotFoundError where others load its models */
  load(model: ModelRef): Promise<void>;
  /** Resolves when the server has let it go: batches that run there have ended. */
  unload(model: ModelRef): Promise<void>;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 20;
/** How a server says that it lacks what would run a model, or that it takes no such requests. */
const NO_BACKEND = /unable to find/i;
const NOT_ALLOWED = /not allowed/i;

export function openLoading({ address, client, objects, name }: TritonPlace): Loading {
  const repository = address.repository === null ? null : openTritonRepository(address.repository);
  let backend = address.backend;
  const give = async (model: ModelRef, chosen: TritonBackend): Promise<void> => {
    const made = await tritonModel(model, { objects, settings: { ...address.settings, backend: chosen } });
    await repository?.write(made);
    await client.load(made.name, repository ? undefined : made);
  };
  const giveAny = async (model: ModelRef): Promise<void> => {
    if (backend) return give(model, backend);
    try {
      await give(model, 'onnxruntime');
      backend = 'onnxruntime';
    } catch (error) {
      if (!(error instanceof TritonFault && NO_BACKEND.test(error.message))) throw error;
      // NVIDIA's images have onnxruntime; other builds have Python.
      await give(model, 'python');
      backend = 'python';
    }
  };
  return {
    async load(model) {
      if (!address.loads)
        throw new NotFoundError(
          `${name} has no ${nameOf(model)} (${tritonName(model)}), and load=no says that others load its models`,
        );
      await giveAny(model).catch((error: unknown) => {
        throw loadFault(error, { model, name });
      });
    },
    async unload(model) {
      if (!address.loads)
        throw new InvalidInputError(
          `${name} keeps ${nameOf(model)}: load=no says that others unload its models`,
        );
      await client.unload(tritonName(model)).catch((error: unknown) => {
        if (!isAbsent(error)) throw unloadFault(error, { model, name });
      });
      const until = performance.now() + address.loadTimeoutMs;
      while (await isHeld(client, tritonName(model))) {
        if (performance.now() > until)
          throw new UnreachableError(
            `${name} has not let ${nameOf(model)} go within ${address.loadTimeoutMs / 1000} s`,
          );
        await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
      }
    },
    close: async () => void (await repository?.close()),
  };
}

/** The server takes an order to unload at once and ends what runs first. */
async function isHeld(client: TritonClient, model: string): Promise<boolean> {
  const [config, index] = await Promise.all([client.config(model), client.index()]);
  return (
    config !== null || index.some(({ name, state }) => name === model && /^(READY|UNLOADING)$/.test(state))
  );
}

function unloadFault(error: unknown, { model, name }: { model: ModelRef; name: string }): unknown {
  if (!(error instanceof TritonFault)) return error;
  if (NOT_ALLOWED.test(error.message)) return onRequest(error, name);
  return new UnreachableError(`${name} could not let ${nameOf(model)} go: ${error.message.slice(0, 500)}`);
}

const onRequest = (error: TritonFault, name: string): InvalidInputError =>
  new InvalidInputError(
    `${name} loads no models on request; start it with --model-control-mode=explicit, or give load=no: ${error.message}`,
  );

/** What a server said of a version that it could not load, as our errors. */
function loadFault(error: unknown, { model, name }: { model: ModelRef; name: string }): unknown {
  if (!(error instanceof TritonFault)) return error;
  if (NOT_ALLOWED.test(error.message)) return onRequest(error, name);
  if (NO_BACKEND.test(error.message))
    return new InvalidInputError(`${name} lacks what would run ${nameOf(model)}: ${error.message}`);
  return new DataQualityError(
    `Model ${nameOf(model)} is no usable ONNX file (${model.onnx.key}) for ${name}: ${error.message.slice(0, 500)}`,
  );
}
