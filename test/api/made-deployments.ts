import type { Ports } from '../../adapters/ports.js';
import { emptyDeployment, noted, type Deployment } from '../../domain/deployment/record.js';

const AT = Date.UTC(2023, 0, 1);
const EVIDENCE = 'b'.repeat(64);

/** A candidate that waits for its approval, for the examples of its operations. */
export async function seedDeployments({ documents }: Ports): Promise<void> {
  await documents.insert('deployments', [madeDeployment()]);
}

export const madeDeployment = (): Deployment =>
  noted(emptyDeployment('ridge-1h-h1', { kind: 'simulated', detail: '1' }, AT), {
    ...{ at: AT, by: 'anna', reasons: ['For: every check passed.'], stage: 'approval' as const },
    ...{ champion: 'mdl_ridge-1h-h1@1', candidate: 'mdl_ridge-1h-h1@2', rollout: 'rol_example' },
    ...{ evidenceSha256: EVIDENCE, trainedBy: 'anna', proposedBy: 'anna', evaluations: ['evl_example'] },
    approval: { state: 'waiting', by: null, at: null, expiresAt: AT, escalatedAt: null },
    checks: [{ name: 'parity', passed: true, text: 'the exported model differs by 1.0e-7' }],
  });
