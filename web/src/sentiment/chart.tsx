import { useMemo } from 'react';
import { client, dataOf, useLoaded, type Schemas } from '../api';
import { PanelStack, type Panel } from '../charts/panels';
import { barMs, fixed, number, quoteOf, whole } from '../format';
import { Card, Provenance } from '../parts';
import { closesAt, closesOf, streamOf } from './price';

type Index = Schemas['SentimentIndex'];

interface Shown {
  index: Index;
  picked: number;
  onPick: (place: number) => void;
}

const HOUR = 3_600_000;

/** The index with its interval above the price of the asset and the number of new articles. */
export function IndexChart({ index, picked, onPick }: Shown) {
  const { asset, points, stepMs, from, to } = index;
  const streams = useLoaded('streams', async () => dataOf(await client.GET('/streams')), 30_000);
  const stream = streamOf(streams.data?.items ?? [], { asset, kind: index.source?.kind, stepMs });
  const closes = useLoaded(`closes ${stream?.stream} ${stream?.source.kind} ${from} ${to}`, async () =>
    stream && from !== null && to !== null ? closesOf(stream, { from, to }) : [],
  );
  const priced = (closes.data ?? []).some((each) => from !== null && each.time >= from);
  const time = useMemo(() => points.map((each) => each.time), [points]);
  const panels = useMemo(
    () => [
      indexPanel(points),
      ...(stream && closes.data && priced
        ? [pricePanel(quoteOf(stream.stream), closesAt(time, closes.data, barMs(stream.stream)))]
        : []),
      volumePanel(points),
    ],
    [points, time, stream?.stream, closes.data, priced],
  );
  return (
    <Card
      title={`Sentiment index of ${asset}`}
      aside={<Provenance source={index.source} asOf={index.asOf} />}
    >
      <PanelStack {...{ time, panels, picked, onPick }} />
      <PriceNote
        asset={asset}
        stream={stream}
        isKnown={priced}
        isLoaded={streams.data !== null && closes.data !== null}
      />
      <p className="soft note">
        Model <code>{index.model}</code>: mean of P(positive) − P(negative) over the articles of{' '}
        {whole(index.windowMs / HOUR)} h, each weighing half after {fixed(index.halfLifeMs / HOUR, 0)} h and
        the next of a story {fixed(index.repeat, 2)} of the one before; the band holds 95 %.{' '}
        {whole(index.counts.articles)} articles, {whole(index.counts.abstained)} of them abstentions, which
        widen the band.
      </p>
    </Card>
  );
}

interface Note {
  asset: string;
  stream: Schemas['StreamInfo'] | null;
  isKnown: boolean;
  isLoaded: boolean;
}

/** Which price is shown, or why none is. */
function PriceNote({ asset, stream, isKnown, isLoaded }: Note) {
  if (!isLoaded) return null;
  if (!stream) return <p className="empty">No bars of {asset} are stored: its price is not shown.</p>;
  return (
    <p className="soft note">
      {isKnown ? 'Price: close of ' : 'No price: there are no bars in this range of '}
      <code>{stream.stream}</code> ({stream.source.kind}){isKnown && ' as it was known at each point'}.
    </p>
  );
}

const indexPanel = (points: Index['points']): Panel => ({
  title: 'Index, −1 … 1',
  curves: [{ label: 'index', colour: '--c1', values: points.map((each) => each.index) }],
  band: {
    label: '95 % interval',
    lower: points.map((each) => each.interval?.lower ?? null),
    upper: points.map((each) => each.interval?.upper ?? null),
  },
  show: (value) => fixed(value, 2),
  height: 220,
  bounds: [-1, 1],
});

const pricePanel = (quote: string, values: (number | null)[]): Panel => ({
  title: `Price, ${quote}`,
  curves: [{ label: 'price', colour: '--c2', values }],
  show: (value) => number(value, 6),
  height: 180,
});

const volumePanel = (points: Index['points']): Panel => ({
  title: 'New articles',
  curves: [{ label: 'new articles', colour: '--c3', values: points.map((each) => each.fresh) }],
  show: whole,
  height: 140,
  bars: true,
});
