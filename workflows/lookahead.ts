import type { AuditAnswer, AuditInput } from '../activities/lookahead.js';
import { trackProgress } from './progress.js';
import { cpu } from './steps.js';

/** Looks for decisions of a strategy, or features, on a stored stream that use what was not known yet. */
export async function auditLookahead(input: AuditInput): Promise<AuditAnswer> {
  const progress = trackProgress(['audit'], input);
  return progress.run(
    'audit',
    () => cpu.auditStream(input),
    ({ leak, subject }) => (leak ? `${subject} looks ahead` : `${subject} is clean`),
  );
}
