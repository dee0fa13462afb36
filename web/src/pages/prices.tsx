import { useMemo, useState } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { PriceChart, type Candle } from '../charts';
import { moment, number, percent } from '../format';
import { Card, Empty, Failure, Provenance } from '../parts';
import type { PredictionPage, StreamPage } from './overview';

interface BarPage {
  stream: string;
  source: { kind: string; detail: string };
  asOf: number;
  bars: (Candle & { volume: number })[];
}

/** A stream's price with its newest forecast and interval. */
export function Prices() {
  const streams = useLoaded('streams', async () => dataOf(await client.GET('/streams', {})) as StreamPage);
  const [chosen, setChosen] = useState(location.hash.split('/').slice(2).join('/'));
  const stream = chosen || streams.data?.items[0]?.stream || '';
  const [exchange = '', symbol = '', timeframe = ''] = stream.split('/');
  const bars = useLoaded(`bars ${stream}`, async () =>
    stream
      ? (dataOf(
          await client.GET('/bars/{exchange}/{symbol}/{timeframe}', {
            params: { path: { exchange, symbol, timeframe }, query: { limit: 500, order: 'newest' } },
          } as never),
        ) as BarPage)
      : null,
  );
  const made = useLoaded(
    `forecast ${stream}`,
    async () =>
      dataOf(
        await client.GET('/predictions', { params: { query: { stream, limit: 1 } } } as never),
      ) as PredictionPage,
  );
  const ordered = useMemo(() => (bars.data?.bars ?? []).toSorted((a, b) => a.time - b.time), [bars.data]);
  const step = (ordered[1]?.time ?? 0) - (ordered[0]?.time ?? 0);
  const forecast = made.data?.items[0] ?? null;
  const last = ordered.at(-1);
  return (
    <Card
      title="Price and forecast"
      aside={
        <select aria-label="Stream" value={stream} onChange={(event) => setChosen(event.target.value)}>
          {(streams.data?.items ?? []).map((each) => (
            <option key={`${each.stream} ${each.source.kind} ${each.source.detail}`}>{each.stream}</option>
          ))}
        </select>
      }
    >
      <Failure error={streams.error ?? bars.error ?? made.error} />
      {!stream && <Empty>No bars stored yet: start a run.</Empty>}
      {bars.data && last && (
        <>
          <Provenance source={bars.data.source} asOf={last.time + step} />
          <PriceChart bars={ordered} step={step} forecast={forecast} />
        </>
      )}
      {forecast && (
        <p>
          Forecast for {moment(forecast.targetTime)}: <b>{number(forecast.mean, 7)}</b>,{' '}
          {percent(forecast.interval.coverage, 0)} interval {number(forecast.interval.lower, 7)} …{' '}
          {number(forecast.interval.upper, 7)}, P(up) {number(forecast.probabilityUp, 3)}.{' '}
          <span className="soft">
            {forecast.model}: {forecast.reason}
          </span>
        </p>
      )}
    </Card>
  );
}
