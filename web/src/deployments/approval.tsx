import { useState } from 'react';
import { textOf } from '../api';
import { Fact } from '../backtests/judgement';
import { Copyable } from '../copyable';
import { moment } from '../format';
import { Badge, Digest, Failure } from '../parts';
import { Decisions } from './decision';
import { useMayOperate } from '../roles';
import { TONES, type Deployment } from './kinds';
import { readCode } from './reads';

/** Whether the evidence is agreed to, by whom, until when, and what can be decided now. */
export function Approval({ of, onDone }: { of: Deployment; onDone(after: Deployment): void }) {
  const { approval, evidenceSha256, trainedBy } = of;
  const mayOperate = useMayOperate();
  return (
    <div>
      <h3>
        Approval{' '}
        {approval.state !== 'none' && <Badge tone={TONES[approval.state] ?? ''}>{approval.state}</Badge>}
      </h3>
      <dl className="row wide-facts">
        <Fact name="Who may approve" value={mayApprove(of)} />
        <Fact name="Trained by" value={trainedBy ?? 'not recorded'} />
        <Fact
          name="Evidence"
          value={
            evidenceSha256 ? (
              <Digest sha256={evidenceSha256} />
            ) : of.stage === 'evidence' ? (
              'not gathered yet'
            ) : (
              'none'
            )
          }
          title="Digest of everything that is decided on"
        />
        {approval.by !== null && <Fact name="Decided by" value={approval.by} />}
        {approval.at !== null && <Fact name="Decided" value={moment(approval.at)} />}
        {approval.expiresAt !== null && <Fact name="Expires" value={moment(approval.expiresAt)} />}
        {approval.escalatedAt !== null && <Fact name="Escalated" value={moment(approval.escalatedAt)} />}
      </dl>
      <Decisions of={of} onDone={onDone} />
      {approval.state === 'waiting' && mayOperate && <Code key={evidenceSha256} of={of} />}
    </div>
  );
}

const mayApprove = ({ trainedBy, policy }: Deployment): string =>
  trainedBy !== null && policy?.['fourEyes'] !== false
    ? `operators and administrators, but not ${trainedBy}`
    : 'operators and administrators';

/** A code lets the bare `temporal` command speak for the principal who asked for it: made on request only. */
function Code({ of }: { of: Deployment }) {
  const [made, setMade] = useState<{ code: string; expiresAt: number } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const ask = (): void => {
    setError(null);
    readCode(of.id)
      .then(setMade)
      .catch((reason: unknown) => setError(textOf(reason)));
  };
  return (
    <details>
      <summary>From the command line</summary>
      <p className="note">
        A code stands for you, for this evidence only, and for a short time. Whoever has it can approve as
        you.
      </p>
      <p className="actions">
        <button onClick={ask}>{made ? 'New approval code' : 'Get an approval code'}</button>
      </p>
      <Failure error={error} />
      {made && (
        <>
          <Copyable label="Command that approves" text={commandOf(of, made.code)} />
          <p className="note soft">The code expires {moment(made.expiresAt)}.</p>
        </>
      )}
    </details>
  );
}

function commandOf({ workflowId, evidenceSha256 }: Deployment, code: string): string {
  const input = JSON.stringify({ code, evidenceSha256 });
  const words = ['--workflow-id', quoted(workflowId), '--name approve', '--input', quoted(input)];
  return `temporal workflow update execute ${words.join(' ')}`;
}

/** For a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
