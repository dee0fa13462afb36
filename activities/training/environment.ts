import type { Ports } from '../../adapters/ports.js';

/**
 * All that the weights depend on beside the spec: what of it differs is the first question where they come out otherwise.
 * What the trainer told of its own machine and packages stays; lock files, code and data are of the platform.
 */
export const environmentOf = (
  ports: Ports,
  of: { trained: Record<string, string>; seed: number; datasetSha256: string },
): Record<string, string> => ({
  ...ports.locks(),
  ...of.trained,
  code: ports.code(),
  seed: String(of.seed),
  datasetSha256: of.datasetSha256,
});
