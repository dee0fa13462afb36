import { useMemo, useState } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { moment, whole } from '../format';
import { barsText } from '../forecasts/kinds';
import { Card, Named, State } from '../parts';
import { sourceText } from '../streams';
import { Table } from '../table';
import { OneReport, Verdict, type Report } from './one';

/** Whether the world is still the one that a champion learned: the latest look at each stream, one of them closer. */
export function Drift() {
  const found = useLoaded(
    'drift',
    async () => dataOf(await client.GET('/drift', { params: { query: { limit: 200 } } })),
    15_000,
  );
  const latest = useMemo(() => latestOf(found.data?.items ?? []), [found.data]);
  const [chosen, setChosen] = useState('');
  const one = latest.find((each) => each.id === chosen) ?? latest[0];
  return (
    <>
      <Card
        title="Drift of champions"
        aside={found.data && <span className="soft">as of {moment(found.data.asOf)}</span>}
      >
        <State
          of={found}
          isEmpty={latest.length === 0}
          empty={
            <>
              Nobody has looked for drift yet: the timetable does once a champion serves, or run{' '}
              <code>finsight drift run &lt;stream&gt;</code>.
            </>
          }
        />
        <LatestTable latest={latest} shown={one?.id} onChoose={setChosen} />
      </Card>
      {one && <OneReport key={one.id} of={one} />}
    </>
  );
}

interface Latest {
  latest: Report[];
  shown: string | undefined;
  onChoose(id: string): void;
}

function LatestTable({ latest, shown, onChoose }: Latest) {
  return (
    <Table
      label="Latest look for drift by stream"
      isCurrent={(row) => latest[row]?.id === shown}
      head={[
        'stream',
        'verdict',
        'inputs',
        'residuals',
        'calibration',
        { name: 'ahead', kind: 'number' },
        { name: 'settled', kind: 'number' },
        { name: 'as of', kind: 'number' },
        'model',
      ]}
      rows={latest.map((each) => [
        <Named key="n" of={each}>
          <span className="actions">
            {each.stream.split('/')[1]}{' '}
            {each.id !== shown && (
              <button type="button" onClick={() => onChoose(each.id)}>
                Show
              </button>
            )}
          </span>
        </Named>,
        <Verdict key="v" of={each.verdict} />,
        ...(['inputs', 'residuals', 'calibration'] as const).map((family) => (
          <Verdict
            key={family}
            of={each.findings.find((finding) => finding.family === family)?.verdict ?? 'unknown'}
          />
        )),
        barsText(each.horizonBars),
        whole(each.settled?.n ?? 0),
        moment(each.asOf),
        each.model,
      ])}
    />
  );
}

/** The API lists the latest bars first. */
function latestOf(items: Report[]): Report[] {
  const found = new Map<string, Report>();
  for (const each of items) {
    const key = `${each.stream} ${sourceText(each.source)} ${each.model} ${each.horizonBars}`;
    if (!found.has(key)) found.set(key, each);
  }
  return [...found.values()];
}
