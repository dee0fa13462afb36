import { messageOf, UnreachableError } from '../../domain/errors.js';
import { openCircuit, type Circuit } from '../circuit.js';
import type { ServingPort } from '../ports.js';

interface Instance {
  address: string;
  serving: ServingPort;
  circuit: Circuit;
  running: number;
}

/** What another instance would answer in the same way. */
const FINAL = new Set(['InvalidInputError', 'NotFoundError', 'DataQualityError']);

/**
 * Several instances as one: each batch goes to the one that has least to do for what it can at a time. One that fails is
 * passed by, and left alone where it fails again and again. @throws UnreachableError where none answers
 */
export function balancedServing(
  given: readonly { address: string; serving: ServingPort }[],
  options: { now?: () => number } = {},
): ServingPort {
  const instances = given.map((each): Instance => ({ ...each, circuit: openCircuit(options), running: 0 }));
  const load = ({ running, serving }: Instance): number => running / (serving.lanes ?? 1);
  const refused = (faults: string[]): UnreachableError =>
    new UnreachableError(`No instance of the model server answers: ${faults.join('; ')}`);
  /** One that does not answer loads the model when it is asked for it. */
  const eachOf = async (work: (serving: ServingPort) => Promise<void>): Promise<void> => {
    const done = await Promise.allSettled(instances.map(({ serving }) => work(serving)));
    const faults = done.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    const final = faults.find((each) => each instanceof Error && FINAL.has(each.name));
    if (final) throw final;
    if (faults.length === instances.length) throw refused(faults.map(messageOf));
  };
  const firstOf = async <T>(work: (serving: ServingPort) => Promise<T>): Promise<T> => {
    const faults: string[] = [];
    for (const { address, serving } of instances)
      try {
        return await work(serving);
      } catch (error) {
        if (error instanceof Error && FINAL.has(error.name)) throw error;
        faults.push(`${address}: ${messageOf(error)}`);
      }
    throw refused(faults);
  };
  return {
    lanes: instances.reduce((sum, { serving }) => sum + (serving.lanes ?? 1), 0),
    async infer(model, inputs) {
      const faults: string[] = [];
      const left = new Set(instances);
      while (left.size > 0) {
        const instance = [...left].reduce((best, each) => (load(each) < load(best) ? each : best));
        left.delete(instance);
        const refusal = instance.circuit.refusal();
        if (refusal !== null) {
          faults.push(`${instance.address}: ${refusal}`);
          continue;
        }
        instance.running++;
        try {
          const answer = await instance.serving.infer(model, inputs);
          instance.circuit.passed();
          return answer;
        } catch (error) {
          if (error instanceof Error && FINAL.has(error.name)) throw error;
          instance.circuit.failed(messageOf(error));
          faults.push(`${instance.address}: ${messageOf(error)}`);
        } finally {
          instance.running--;
        }
      }
      throw refused(faults);
    },
    load: (model) => eachOf((serving) => serving.load(model)),
    unload: (model) => eachOf((serving) => serving.unload(model)),
    metadata: (model) => firstOf((serving) => serving.metadata(model)),
    async health() {
      const all = await Promise.all(
        instances.map(async ({ address, serving }) => {
          const health = await serving.health().catch((error: unknown) => ({
            ...{ backend: 'none', loaded: [] as string[] },
            provider: `does not answer: ${messageOf(error)}`,
          }));
          return { address, ...health };
        }),
      );
      const backend = [...new Set(all.map((each) => each.backend))].join(', ');
      const provider = all.map((each) => `${each.address}: ${each.provider}`).join('; ');
      return { backend, provider, loaded: [...new Set(all.flatMap((each) => each.loaded))] };
    },
    async close() {
      for (const { serving } of instances) await serving.close();
    },
  };
}
