import { byScheme, redacted } from '../addresses.js';
import type { ObjectsPort, ServingPort } from '../ports.js';
import { balancedServing } from './balanced.js';
import { onnxServing } from './onnx.js';
import { torchscriptServing } from './torchscript.js';
import { torchserveServing } from './torchserve.js';

type Options = { objects: Pick<ObjectsPort, 'get'> };

/** Inference backends by the scheme of their address. */
export const SERVING: Record<string, (address: string, options: Options) => ServingPort> = {
  onnx: onnxServing,
  torchscript: torchscriptServing,
  torchserve: torchserveServing,
};

/** One address, or several with commas between them, which share the work. */
export function openServing(addresses: string, options: Options): ServingPort {
  const opened = addresses
    .split(',')
    .map((each) => each.trim())
    .filter((each, i) => each !== '' || i === 0)
    .map((address) => ({
      address: redacted(address),
      serving: byScheme('SERVING_URL', SERVING, address)(address, options),
    }));
  const [only, ...others] = opened;
  return only && others.length === 0 ? only.serving : balancedServing(opened);
}
