import { Fragment } from 'react';
import { moment, number } from '../format';
import { Badge } from '../parts';
import { Table } from '../table';
import { deploymentAddress, stageText, TONES, versionOf, type Deployment } from './kinds';
import { sharesOf } from './split';

/** All deployments: what serves, what is on its way, and who has to decide. */
export function DeploymentTable({ items, shown }: { items: Deployment[]; shown: string | undefined }) {
  return (
    <Table
      label="Deployments"
      isCurrent={(row) => items[row]?.id === shown}
      head={[
        'model',
        'stage',
        { name: 'requests', kind: 'text', title: 'Share of requests that each version answers' },
        'champion',
        'candidate',
        { name: 'checks', kind: 'number', title: 'Passed, of those made' },
        'approval',
        { name: 'changed', kind: 'number' },
      ]}
      rows={items.map((each) => [
        <Fragment key="n">
          <a className="any" href={deploymentAddress(each.id)}>
            {each.model}
          </a>
          <span className="under" title={each.source.detail}>
            {each.source.kind}
          </span>
        </Fragment>,
        <Badge key="s" tone={TONES[each.stage] ?? ''}>
          {stageText(each.stage)}
        </Badge>,
        <Requests key="r" of={each} />,
        <Version key="c" id={each.champion} />,
        <Version key="d" id={each.candidate} />,
        each.checks.length > 0
          ? `${each.checks.filter((check) => check.passed).length} of ${each.checks.length}`
          : '–',
        <Waiting key="a" of={each} />,
        moment(each.updatedAt),
      ])}
    />
  );
}

const Version = ({ id }: { id: string | null }) => (id ? <span className="any">{versionOf(id)}</span> : '–');

function Requests({ of }: { of: Deployment }) {
  const shares = sharesOf(of);
  if (shares.length === 0) return '–';
  return (
    <>
      {shares.map(({ percent, role }) => (
        <span key={role} className="pair">
          {number(percent)} % {role}
        </span>
      ))}
    </>
  );
}

function Waiting({ of: { approval } }: { of: Deployment }) {
  const { state, by, expiresAt } = approval;
  if (state === 'none') return '–';
  return (
    <>
      <Badge tone={TONES[state] ?? ''}>{state}</Badge>
      {state === 'waiting' && expiresAt !== null && <span className="under">until {moment(expiresAt)}</span>}
      {by !== null && <span className="under">by {by}</span>}
    </>
  );
}
