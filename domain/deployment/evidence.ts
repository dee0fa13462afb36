import { digestOf } from '../digest.js';
import { auditRules } from '../evaluation/promotion.js';
import type { Evaluation } from '../evaluation.js';
import { PROMOTION_POLICY, shouldPromote, type ModelVersion } from '../models.js';
import type { Deployment, EvidenceCheck } from './record.js';

/** A few inferences of the candidate through the serving port. */
export interface LatencyProbe {
  /** Inferences that were answered, of so many. */
  answered: number;
  probes: number;
  p50Ms: number | null;
  p95Ms: number | null;
  /** What answered: backend and provider. */
  by: string;
  /** Why it could not be loaded or asked; null where it could. */
  failure: string | null;
}

/** What a candidate has to show before it gets any request. */
export function evidenceChecks(args: {
  model: ModelVersion;
  evaluations: Evaluation[];
  probe: LatencyProbe;
  maxP95Ms: number;
}): EvidenceCheck[] {
  const { model, evaluations, probe, maxP95Ms } = args;
  const { parityMaxAbs, leaks = [] } = model;
  const { promote, reasons } = shouldPromote({ evaluations, parityMaxAbs, leaks });
  const audits = auditRules(evaluations, leaks);
  const known = Number.isFinite(parityMaxAbs);
  return [
    { name: 'evaluation', passed: promote, text: reasons.join(' ') },
    {
      name: 'parity',
      passed: known && parityMaxAbs <= PROMOTION_POLICY.maxParity,
      text: `the exported model differs by ${known ? parityMaxAbs.toExponential(1) : 'an unknown amount'}, allowed is ${PROMOTION_POLICY.maxParity}`,
    },
    {
      name: 'leakAudit',
      passed: audits.every(({ holds }) => holds),
      text: audits.map(({ text }) => text).join(' ') || 'no evaluation of it has an audit',
    },
    latencyCheck(probe, maxP95Ms),
  ];
}

function latencyCheck(probe: LatencyProbe, maxP95Ms: number): EvidenceCheck {
  const { answered, probes, p50Ms, p95Ms, by, failure } = probe;
  const passed = failure === null && answered === probes && p95Ms !== null && p95Ms <= maxP95Ms;
  const times = p95Ms === null ? 'none' : `p50 ${p50Ms?.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms`;
  const text = `${answered} of ${probes} inferences by ${by} answered: ${times}; allowed is a p95 of ${maxP95Ms} ms${failure === null ? '' : `; ${failure}`}`;
  return { name: 'latency', passed, text };
}

/** What an approval is given for: the very version, its evidence, how it did in the shadow, and what comes after. */
export function evidenceDigest(
  record: Deployment,
  of: { onnxSha256: string; forecasts: { evaluation: string; sha256: string }[] },
): string {
  const { model, sourceKey, rollout, champion, candidate, checks, shadow, policy, trainedBy } = record;
  return digestOf({
    model,
    sourceKey,
    rollout,
    champion,
    candidate,
    checks,
    shadow,
    policy,
    trainedBy,
    ...of,
  });
}
