import type { ModelRef } from '../../domain/models.js';
import type { ObjectsPort } from '../ports.js';
import { checkServing, type CheckResult, type ServingReport } from './check.js';
import { openServing } from './index.js';
import { readModelFile } from './shipped.js';

export interface AddressCheck {
  /** As SERVING_URL. */
  address: string;
  /** An ONNX file in place of the small made one. */
  onnx?: Uint8Array;
  /** A stored version that may be in use, and where its file lies. */
  served?: { ref: ModelRef; objects: Pick<ObjectsPort, 'get'> };
  inFlight?: number;
  told?: (result: CheckResult) => void;
}

/** The contract of a model server against an address. @throws InvalidInputError for one that is none */
export async function checkServingAddress({
  address,
  served,
  ...others
}: AddressCheck): Promise<ServingReport> {
  return checkServing({
    ...others,
    open: (objects) => openServing(address, { objects }),
    ...(served && {
      served: { ref: served.ref, bytes: await readModelFile(served.ref.onnx, served.objects) },
    }),
  });
}
