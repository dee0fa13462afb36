import { useState } from 'react';
import { useLoaded } from '../api';
import { decoded } from '../addresses';
import type { Deployment } from '../deployments/kinds';
import { DeploymentTable } from '../deployments/list';
import { OneDeployment } from '../deployments/one';
import { readDeployment, readDeployments } from '../deployments/reads';
import { StartForm } from '../deployments/start';
import { Card, Heading, InView, State, type PageProps } from '../parts';

/** Follows `#/deployments/` where a version is proposed; ids of deployments have a colon. */
const START = 'start';

/** Each model's way into service, and one of them closer. */
export function Deployments({ rest }: PageProps) {
  const found = useLoaded('deployments', readDeployments, 3000);
  const [first, setFirst] = useState('');
  const items = found.data?.items ?? [];
  const isStart = rest[0] === START;
  const asked = isStart ? '' : decoded(rest[0]);
  // Chosen once: a decision taken here must not bring another deployment before the person's eyes.
  if (first === '' && items.length > 0) setFirst(firstOf(items)?.id ?? '');
  const id = asked || first;
  return (
    <>
      <Heading
        title="Deployments"
        about="Each model’s way into service: checked, mirrored, approved, served to some, then to all."
      />
      <Card title="Models" aside={<a href={`#/deployments/${START}`}>Start a deployment</a>}>
        <State of={found} isEmpty={items.length === 0} empty="No deployment yet: start one below." />
        <DeploymentTable items={items} shown={id} />
      </Card>
      {id && (
        <InView key={id} isAsked={asked !== ''}>
          <Shown id={id} />
        </InView>
      )}
      <InView key={rest.join('/')} isAsked={isStart}>
        <Card title="Start a deployment">
          <StartForm proposed={isStart ? decoded(rest[1]) : ''} />
        </Card>
      </InView>
    </>
  );
}

function Shown({ id }: { id: string }) {
  const found = useLoaded(`deployment ${id}`, () => readDeployment(id), 2000);
  const [told, setTold] = useState<Deployment | null>(null);
  const newest = told && found.data && told.updatedAt > found.data.updatedAt ? told : found.data;
  return (
    <>
      {(found.error !== null || newest === null) && (
        <Card title={id}>
          <State of={found} isEmpty={false} empty="" />
        </Card>
      )}
      {newest && <OneDeployment of={newest} onDone={setTold} />}
    </>
  );
}

/** What waits for a decision comes first; the API lists the newest first. */
const firstOf = (items: Deployment[]): Deployment | undefined =>
  items.find(({ approval }) => approval.state === 'waiting') ?? items[0];
