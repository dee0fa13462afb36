import { useMemo, useState } from 'react';
import { client, dataOf, useLoaded, type Loaded } from '../api';
import { PredictForm } from '../forecasts/form';
import type { Prediction } from '../forecasts/kinds';
import { ForecastTable } from '../forecasts/list';
import { OneForecast } from '../forecasts/one';
import { Card, Heading, InView, State, type PageProps } from '../parts';
import { sourceText } from '../streams';

const PAGE = 200;
const SETTLED = 50;

/** The newest forecast of each stream and horizon, one of them closer, and those that were settled. */
export function Forecasts({ rest }: PageProps) {
  const [stream, setStream] = useState('');
  const [version, setVersion] = useState(0);
  const query = { limit: PAGE, ...(stream ? { stream } : {}) };
  const made = useLoaded(
    `forecasts ${stream} ${version}`,
    async () => dataOf(await client.GET('/predictions', { params: { query } })),
    5000,
  );
  const items = useMemo((): Prediction[] => made.data?.items ?? [], [made.data]);
  const newest = useMemo(() => newestOf(items), [items]);
  const settled = items.filter((each) => each.settledAt !== null);
  const asked = useAsked(rest[0] ?? '', items);
  const shown = rest[0] ? asked.data : (newest[0] ?? null);
  return (
    <>
      <Heading
        title="Forecasts"
        about="Prices to come with their intervals, who forecast them and why, and what came of it."
      >
        <StreamFilter value={stream} onChange={setStream} />
      </Heading>
      <Card title="Predict now">
        <PredictForm onMade={() => setVersion((old) => old + 1)} />
      </Card>
      {shown && (
        <InView key={shown.id} isAsked={rest[0] !== undefined}>
          <OneForecast of={shown} />
        </InView>
      )}
      {rest[0] && !shown && (
        <Card title={rest[0]}>
          <State of={asked} isEmpty={false} empty="" />
        </Card>
      )}
      <Card title="Newest by stream and horizon" aside={<a href="#/scorecard">Scorecard</a>}>
        <State of={made} isEmpty={newest.length === 0} empty={<Nothing stream={stream} />} />
        <ForecastTable label="Newest forecasts" items={newest} shown={shown?.id} />
      </Card>
      {items.length > 0 && (
        <Card title="Settled, newest first">
          <State
            of={made}
            isEmpty={settled.length === 0}
            empty="None of these is settled yet: each waits for the bar at its target."
          />
          <ForecastTable label="Settled forecasts" items={settled.slice(0, SETTLED)} shown={shown?.id} />
        </Card>
      )}
    </>
  );
}

function Nothing({ stream }: { stream: string }) {
  if (stream) return <>No forecast of {stream} yet.</>;
  return (
    <>
      No forecast yet: predict above, or run <code>finsight predict &lt;stream&gt;</code>.
    </>
  );
}

/** The forecast in the address, which may be older than the page of the list. */
function useAsked(id: string, items: Prediction[]): Loaded<Prediction | null> {
  const listed = items.find((each) => each.id === id);
  const found = useLoaded(`forecast ${id} ${listed?.settledAt ?? ''}`, async () =>
    id ? (dataOf(await client.GET('/predictions/{id}', { params: { path: { id } } })) as Prediction) : null,
  );
  return listed ? { data: listed, error: null } : found;
}

/** Of each stream, source and horizon the one with the latest `asOf`; the API lists by the time of making. */
function newestOf(items: Prediction[]): Prediction[] {
  const found = new Map<string, Prediction>();
  for (const item of items) {
    const key = [item.stream, sourceText(item.source), String(item.horizonBars).padStart(4, '0')].join(' ');
    const old = found.get(key);
    if (!old || old.asOf < item.asOf) found.set(key, item);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function StreamFilter({ value, onChange }: { value: string; onChange(value: string): void }) {
  const streams = useLoaded('streams to filter by', async () =>
    dataOf(await client.GET('/streams', { params: { query: { limit: 1000 } } })),
  );
  const names = [...new Set((streams.data?.items ?? []).map((each) => each.stream))];
  return (
    <label className="inline">
      Stream
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">all</option>
        {names.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}
