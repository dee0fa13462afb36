import { byScheme } from '../addresses.js';
import type { ObjectsPort, ServingPort } from '../ports.js';
import { onnxServing } from './onnx.js';

type Options = { objects: Pick<ObjectsPort, 'get'> };

/** Inference backends by the scheme of their address. */
export const SERVING: Record<string, (address: string, options: Options) => ServingPort> = {
  onnx: onnxServing,
};

export const openServing = (address: string, options: Options): ServingPort =>
  byScheme('SERVING_URL', SERVING, address)(address, options);
