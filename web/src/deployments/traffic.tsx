import { latency, number, percent, whole } from '../format';
import { Empty } from '../parts';
import { Table } from '../table';
import { versionOf, type Deployment } from './kinds';

type Side = { requests: number; failures: number; p95Ms: number | null };

/** What the candidate did with real requests: beside the champion unseen, then on its share. */
export function Traffic({ of }: { of: Deployment }) {
  const { shadow, canary } = of;
  return (
    <div className="halves apart sides">
      <div>
        <h3>Shadow</h3>
        {!shadow || shadow.requests === 0 ? (
          <Empty>No request has been mirrored to the candidate yet.</Empty>
        ) : (
          <>
            <Sides
              of={of}
              label="Shadow"
              candidate={shadow}
              champion={{ requests: shadow.requests, failures: NaN, p95Ms: shadow.championP95Ms }}
            />
            <p className="soft note">
              Answers differ by {number(shadow.meanAbsDifference, 3)} on average,{' '}
              {number(shadow.maxAbsDifference, 3)} at most; the champion’s were the ones returned.
            </p>
          </>
        )}
      </div>
      <div>
        <h3>Canary</h3>
        {!canary || canary.requests + canary.championRequests === 0 ? (
          <Empty>The candidate has not answered a request yet.</Empty>
        ) : (
          <Sides
            of={of}
            label="Canary"
            candidate={canary}
            champion={{
              requests: canary.championRequests,
              failures: canary.championFailures,
              p95Ms: canary.championP95Ms,
            }}
          />
        )}
      </div>
    </div>
  );
}

interface Compared {
  of: Deployment;
  label: string;
  champion: Side;
  candidate: Side;
}

function Sides({ of, label, champion, candidate }: Compared) {
  const names = { champion: of.champion, candidate: of.candidate };
  const row = (name: string, show: (side: Side) => string): string[] => [
    name,
    show(champion),
    show(candidate),
  ];
  return (
    <Table
      label={`${label}: champion against candidate`}
      head={[
        'figure',
        { name: nameOf('champion', names.champion), kind: 'number' },
        { name: nameOf('candidate', names.candidate), kind: 'number' },
      ]}
      rows={[
        row('requests', ({ requests }) => whole(requests)),
        row('failed', ({ failures }) => number(failures)),
        row('failure rate', ({ failures, requests }) =>
          requests > 0 ? percent(failures / requests, 2) : '–',
        ),
        row('latency p95', ({ p95Ms }) => latency(p95Ms)),
      ]}
    />
  );
}

const nameOf = (role: string, id: string | null): string => (id ? `${role} ${versionOf(id)}` : role);
