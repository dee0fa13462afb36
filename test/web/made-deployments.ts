import { emptyDeployment, type Deployment } from '../../domain/deployment/record.js';
import { FIRST_BAR, HOUR, SOURCE } from '../api/made-records.js';

export const DIGEST = 'd1'.repeat(32);
const at = (hours: number): number => FIRST_BAR + hours * HOUR;

/** A candidate that waits for approval; `change` makes another stage of it. */
export const madeDeployment = (change: Partial<Deployment> = {}): Deployment => ({
  ...emptyDeployment('net', SOURCE, at(0)),
  ...{ stage: 'approval', percent: 0, rollout: 'rol_net', evaluations: ['evl_bbbb'] },
  ...{ champion: 'mdl_net@aaaa', candidate: 'mdl_net@bbbb', previous: 'mdl_net@0000' },
  ...{ evidenceSha256: DIGEST, trainedBy: 'pri_trainer', updatedAt: at(3) },
  checks: [
    { name: 'evaluation', passed: true, text: 'For: direction right in 53.1 % of 400.' },
    { name: 'leakAudit', passed: false, text: 'the <b>future</b> shuffled changes 0.5, allowed is 0.1' },
  ],
  shadow: {
    ...{ requests: 1200, failures: 3, meanAbsDifference: 0.0021, maxAbsDifference: 0.4 },
    ...{ p95Ms: 6.2, championP95Ms: 5.1 },
  },
  approval: { state: 'waiting', by: null, at: null, expiresAt: at(27), escalatedAt: at(5) },
  reasons: ['The evidence is complete; it waits for a second pair of eyes.'],
  history: [
    { at: at(0), stage: 'evidence', by: 'pri_trainer', reasons: ['proposed by pri_trainer'] },
    { at: at(1), stage: 'shadow', by: 'deployment', reasons: ['7 checks passed', 'latency p95 is 5 ms'] },
    { at: at(3), stage: 'approval', by: 'deployment', reasons: ['1,200 requests were mirrored'] },
  ],
  ...change,
});

/** On a quarter of the requests. */
export const canary: Partial<Deployment> = {
  ...{ stage: 'canary', percent: 25, updatedAt: at(6) },
  approval: { state: 'approved', by: 'pri_second', at: at(5), expiresAt: at(27), escalatedAt: null },
  canary: {
    ...{ requests: 50, failures: 2, p95Ms: 7.5 },
    ...{ championRequests: 151, championFailures: 0, championP95Ms: 5.2 },
  },
};

const LONG = 'transformer-with-a-very-long-name-that-somebody-chose-without-a-thought-for-phones';
/** Proposed a moment ago; nothing serves yet. */
export const longNamed: Deployment = {
  ...emptyDeployment(LONG, SOURCE, at(0)),
  ...{ candidate: `mdl_${LONG}@0123456789ab`, stage: 'evidence', trainedBy: LONG },
};
