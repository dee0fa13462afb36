import { byScheme, redacted } from '../addresses.js';
import type { ObjectsPort, ServingPort } from '../ports.js';
import { balancedServing, type BalancedOptions } from './balanced.js';
import { onnxServing } from './onnx.js';

type Options = { objects: Pick<ObjectsPort, 'get'> };

/** Inference backends by the scheme of their address. */
export const SERVING: Record<string, (address: string, options: Options) => ServingPort> = {
  onnx: onnxServing,
};

/**
 * One address; several with commas between them, which share the work; and behind a `|` those that are asked where none
 * before it can answer, such as `triton:http://one:8000,triton:http://two:8000|onnx:`.
 */
export function openServing(
  addresses: string,
  options: Options,
  balancing: BalancedOptions = {},
): ServingPort {
  const opened = addresses.split('|').flatMap((part, tier) =>
    part
      .split(',')
      .map((each) => each.trim())
      .filter((each, i) => each !== '' || i === 0)
      .map((address) => ({
        address: redacted(address),
        serving: byScheme('SERVING_URL', SERVING, address)(address, options),
        tier,
      })),
  );
  return balancedServing(opened, balancing);
}
