import { useMemo } from 'react';
import { client, dataOf, useLoaded, type Schemas, type Source } from '../api';
import { PriceChart } from '../charts/price';
import { barMs, fixed, moment, percent, price, quoteOf, range } from '../format';
import { Card, Heading, Provenance, SourceBadge, State, type PageProps } from '../parts';
import { sourceText, streamAddress } from '../streams';
import { Table } from '../table';
import { Coverage } from './prices-coverage';

type Stream = Schemas['StreamInfo'];

/** A stream's price with its newest forecast and interval, and the forecasts before. */
export function Prices({ rest }: PageProps) {
  const streams = useLoaded('streams', async () => dataOf(await client.GET('/streams')), 10_000);
  const items = streams.data?.items ?? [];
  const asked = `#/prices/${rest.join('/')}`;
  const shown =
    items.find((each) => addressOf(each) === asked) ??
    items.find((each) => asked.startsWith(`#/prices/${each.stream}`)) ??
    items[0];
  return (
    <>
      <Heading title="Prices" about="Stored bars with the newest forecast and its interval.">
        {shown && (
          <label className="inline">
            Stream
            <select
              value={addressOf(shown)}
              onChange={(event) => {
                location.hash = event.target.value;
              }}
            >
              {items.map((each) => (
                <option key={addressOf(each)} value={addressOf(each)}>
                  {each.stream} ({each.source.kind})
                </option>
              ))}
            </select>
          </label>
        )}
      </Heading>
      {!shown && (
        <Card title="Price and forecast">
          <State of={streams} isEmpty empty="No bars stored yet: start a run." />
        </Card>
      )}
      {shown && <StreamView key={addressOf(shown)} info={shown} />}
    </>
  );
}

const addressOf = (each: Stream): string => streamAddress(each.stream, each.source);

function StreamView({ info }: { info: Stream }) {
  const { stream, source } = info;
  const [exchange = '', symbol = '', timeframe = ''] = stream.split('/');
  const bars = useLoaded(
    `bars ${addressOf(info)}`,
    async () =>
      dataOf(
        await client.GET('/bars/{exchange}/{symbol}/{timeframe}', {
          params: {
            path: { exchange, symbol, timeframe },
            query: { limit: 500, order: 'newest', source: sourceText(source) },
          },
        }),
      ),
    15_000,
  );
  const made = useLoaded(
    `forecasts ${stream}`,
    async () => dataOf(await client.GET('/predictions', { params: { query: { stream, limit: 100 } } })),
    5000,
  );
  const ordered = useMemo(() => (bars.data?.bars ?? []).toSorted((a, b) => a.time - b.time), [bars.data]);
  const step = barMs(stream);
  const own = (made.data?.items ?? []).filter((each) => sourceText(each.source) === sourceText(source));
  const [first, last] = [ordered[0], ordered.at(-1)];
  const newest = own.find((each) => first !== undefined && each.asOf >= first.time) ?? null;
  return (
    <>
      <Card title={stream} aside={<Provenance source={source} asOf={last ? last.time + step : null} />}>
        <State of={bars} isEmpty={ordered.length === 0} empty="This stream has no bars." />
        {ordered.length > 0 && (
          <PriceChart bars={ordered} step={step} quote={quoteOf(stream)} forecast={newest} />
        )}
        {ordered.length > 0 && made.data && !newest && (
          <p className="empty">No forecast of this stream from this source yet.</p>
        )}
      </Card>
      <Coverage info={info} />
      {own.length > 0 && <Forecasts forecasts={own} quote={quoteOf(stream)} source={source} />}
    </>
  );
}

interface Made {
  forecasts: Schemas['Prediction'][];
  quote: string;
  source: Source;
}

function Forecasts({ forecasts, quote, source }: Made) {
  return (
    <Card title={`Forecasts of this stream, ${quote}`} aside={<SourceBadge source={source} />}>
      <Table
        label="Forecasts of this stream"
        head={[
          { name: 'target', kind: 'text', title: 'Close that was forecast' },
          { name: 'forecast', kind: 'number' },
          { name: 'interval', kind: 'number', title: 'With the share of outcomes that it is made to hold' },
          { name: 'P(up)', kind: 'number' },
          { name: 'last close', kind: 'number' },
          { name: 'realised', kind: 'number', title: 'Close at the target, once it is known' },
          'as of',
          'forecaster',
          { name: 'why this one', kind: 'wide' },
        ]}
        rows={forecasts
          .slice(0, 20)
          .map((each) => [
            moment(each.targetTime),
            price(each.mean),
            `${range([each.interval.lower, each.interval.upper], price)} (${percent(each.interval.coverage, 0)})`,
            fixed(each.probabilityUp, 3),
            price(each.lastClose),
            each.settledAt === null ? 'open' : price(each.realised),
            moment(each.asOf),
            each.model,
            each.reason,
          ])}
      />
    </Card>
  );
}
