import type { DeploymentInput } from '../activities/deployment.js';
import type { DeploymentReport } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { io } from './steps.js';

/** Decides on the evidence whether a version is served, and records the decision with its reasons. */
export async function deployModel(input: DeploymentInput): Promise<DeploymentReport> {
  const progress = trackProgress(['decide'], input);
  return progress.run(
    'decide',
    () => io.decideDeployment(input),
    (report) => report.decision,
  );
}
