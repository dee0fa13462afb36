import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { readJson, saidBy, type Answer, type ModelServer } from './model-server.js';
import { bearer, type Keys } from './torchserve-keys.js';

interface Served {
  name: string;
  version: string;
}

/** The management API of TorchServe (https://pytorch.org/serve/management_api.html). */
export interface Management {
  /** A version that is registered already is left as it is. */
  register(
    wanted: Served & { url: string; batch: number; delayMs: number; timeoutMs: number },
  ): Promise<void>;
  /** Returns when so many workers are ready. */
  scale(wanted: Served & { workers: number }): Promise<void>;
  /** One that is not there is no error. */
  unregister(served: Served): Promise<void>;
  isReady(served: Served): Promise<boolean>;
  close(): Promise<void>;
}

/** A worker reads PyTorch from the disk before it is ready. */
const START_MS = 180_000;
const CALL_MS = 30_000;

export function management(given: { server: ModelServer; keys: Keys; shown: string }): Management {
  const { server, keys, shown } = given;
  const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, timeoutMs = CALL_MS) =>
    server.ask({ method, path, timeoutMs, headers: bearer(keys.management()) });
  const refused = (what: string, answer: Answer): Error => refusalOf({ what, answer, shown });
  const others = async ({ name, version }: Served): Promise<string[]> => {
    const answer = await ask('GET', `/models/${encodeURIComponent(name)}/all`);
    const all = answer.status === 200 ? (JSON.parse(answer.bytes.toString()) as Described[]) : [];
    return all.map(({ modelVersion }) => modelVersion).filter((each) => each !== version);
  };
  return {
    async register({ name, version, url, batch, delayMs, timeoutMs }) {
      const query = new URLSearchParams({
        ...{ model_name: name, url, initial_workers: '0' },
        ...{ batch_size: String(batch), max_batch_delay: String(delayMs) },
        response_timeout: String(Math.max(1, Math.ceil(timeoutMs / 1000))),
      });
      const answer = await ask('POST', `/models?${query.toString()}`, START_MS);
      if (answer.status === 409 && saidBy(answer).includes(version)) return;
      if (answer.status !== 200) throw refused(`register ${name}/${version}`, answer);
    },
    async scale({ name, version, workers }) {
      const query = `min_worker=${workers}&max_worker=${workers}&synchronous=true`;
      const answer = await ask('PUT', `${pathOf({ name, version })}?${query}`, START_MS);
      if (answer.status !== 200) throw refused(`start ${workers} workers of ${name}/${version}`, answer);
    },
    async unregister(served) {
      const remove = (): Promise<Answer> => ask('DELETE', pathOf(served));
      let answer = await remove();
      if (answer.status === 403) {
        // The default version goes last: another one takes its place first.
        const [next] = await others(served);
        if (next !== undefined)
          await ask('PUT', `${pathOf({ name: served.name, version: next })}/set-default`);
        answer = await remove();
      }
      if (answer.status !== 200 && answer.status !== 404)
        throw refused(`unregister ${served.name}/${served.version}`, answer);
    },
    async isReady(served) {
      const answer = await ask('GET', pathOf(served), CALL_MS);
      if (answer.status === 404) return false;
      if (answer.status !== 200) throw refused(`describe ${served.name}/${served.version}`, answer);
      const [described] = JSON.parse(answer.bytes.toString()) as Described[];
      return described?.workers.some(({ status }) => status === 'READY') ?? false;
    },
    close: () => server.close(),
  };
}

interface Described {
  modelVersion: string;
  workers: { status: string }[];
}

const pathOf = ({ name, version }: Served): string =>
  `/models/${encodeURIComponent(name)}/${encodeURIComponent(version)}`;

function refusalOf({ what, answer, shown }: { what: string; answer: Answer; shown: string }): Error {
  const said = saidBy(answer);
  const { type } = readJson(answer.bytes);
  if (answer.status === 405)
    return new InvalidInputError(
      `${shown} takes no models by its management API; start it with --enable-model-api`,
    );
  if (type === 'InvalidKeyException')
    return new InvalidInputError(`${shown} refuses the management key in SERVING_URL: ${said}`);
  return new UnreachableError(`${shown} does not ${what} (status ${answer.status}): ${said}`);
}
