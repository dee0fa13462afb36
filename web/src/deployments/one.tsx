import { Fact } from '../backtests/judgement';
import { moment } from '../format';
import { flattened, versionAddress } from '../models/kinds';
import { Badge, Card, Members, Provenance } from '../parts';
import { Approval } from './approval';
import { checkName, Checks } from './checks';
import { Evidence } from './evidence';
import { History, Reasons } from './history';
import { stageText, TONES, versionOf, type Deployment } from './kinds';
import { Split } from './split';
import { Stages } from './stages';
import { Traffic } from './traffic';

/** One model's way into service: where it stands, on what evidence, and what can be decided. */
export function OneDeployment({ of, onDone }: { of: Deployment; onDone(after: Deployment): void }) {
  return (
    <>
      <Card
        title={
          <>
            {of.model} <Badge tone={TONES[of.stage] ?? ''}>{stageText(of.stage)}</Badge>
          </>
        }
        aside={<Provenance source={of.source} asOf={of.updatedAt} />}
      >
        <Split of={of} />
        <Stages of={of} />
        <dl className="row">
          <Fact name="Champion" value={<VersionLink id={of.champion} />} />
          <Fact name="Candidate" value={<VersionLink id={of.candidate} />} />
          <Fact name="Champion before" value={<VersionLink id={of.previous} />} />
          <Fact name="Since" value={moment(of.startedAt)} />
          {of.proposedBy !== null && <Fact name="Proposed by" value={of.proposedBy} />}
          {of.watchedUntil !== null && (
            <Fact
              name="Watched until"
              value={moment(of.watchedUntil)}
              title="Until then it is rolled back by itself where it fails"
            />
          )}
          <Fact
            name="Workflow"
            value={<a href={`#/runs/${encodeURIComponent(of.workflowId)}`}>{of.workflowId}</a>}
          />
        </dl>
        <Policy of={of} />
        <Why of={of} />
        <Approval of={of} onDone={onDone} />
      </Card>
      <Card title="Checks">
        <Checks of={of} />
      </Card>
      <Card title="Evidence side by side">
        <Evidence of={of} />
      </Card>
      <Card title="With real requests">
        <Traffic of={of} />
      </Card>
      <Card title="Decisions">
        <History of={of} />
      </Card>
    </>
  );
}

function VersionLink({ id }: { id: string | null }) {
  return id ? <a href={versionAddress(versionOf(id))}>{versionOf(id)}</a> : 'none';
}

/** What a candidate has to hold; times of it are milliseconds. */
function Policy({ of: { policy, sticky } }: { of: Deployment }) {
  if (!policy) return null;
  const members = flattened({ ...policy, sticky: `requests of one ${sticky} stay together` });
  return (
    <details>
      <summary>Policy</summary>
      <Members of={members} />
    </details>
  );
}

/** Why it stands where it stands; what the checks below say in full is only counted here. */
function Why({ of: { reasons, checks } }: { of: Deployment }) {
  const failed = checks.filter((each) => !each.passed);
  const others = reasons.filter((reason) => !checks.some(({ text }) => reason.includes(text)));
  return (
    <div className="verdict">
      {failed.length > 0 && (
        <p className="note">
          <Badge tone="failed">
            {failed.length} of {checks.length} checks failed
          </Badge>{' '}
          {failed.map(({ name }) => checkName(name)).join(', ')}
        </p>
      )}
      {others.length > 0 && <Reasons of={others} />}
    </div>
  );
}
