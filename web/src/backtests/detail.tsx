import { useMemo } from 'react';
import { client, dataOf, useLoaded, type Schemas } from '../api';
import { LinePlot, type Curve } from '../charts/line';
import { rebased } from '../equity';
import { date, fixed } from '../format';
import { PageLink } from '../page-link';
import { Card, Heading, Provenance, State } from '../parts';
import { sourceText } from '../streams';
import { FiguresTable, Judgement } from './judgement';
import { Origin } from './origin';
import { Removal } from './removal';
import { Trades } from './trades';
import { costsText } from './words';

type Whole = Schemas['BacktestDetail'];

const read = async (id: string): Promise<Whole> =>
  dataOf(await client.GET('/backtests/{id}', { params: { path: { id }, query: { trades: 500 } } }));

/** One result: what it was, how it did, whether that is more than luck, and its trades. */
export function Detail({ id }: { id: string }) {
  const loaded = useLoaded(`backtest ${id}`, () => read(id));
  const whole = loaded.data;
  return (
    <>
      <Heading title="Backtest" about={whole ? `${whole.strategy} on ${whole.stream}` : id}>
        <span className="actions">
          <a className="button" href="#/backtests">
            All backtests
          </a>{' '}
          {whole && <PageLink address={`/api/v1/backtests/${id}/report`} name="Tear sheet" />}{' '}
          {whole && <Removal id={id} />}
        </span>
      </Heading>
      <State of={loaded} isEmpty={false} empty="" />
      {whole && <Parts of={whole} />}
    </>
  );
}

function Parts({ of }: { of: Whole }) {
  const provenance = <Provenance source={of.source} asOf={of.spec.asOf} />;
  return (
    <>
      <Card title="Is it more than luck?" aside={provenance}>
        <Judgement of={of} />
      </Card>
      <div className="halves">
        <Card title="Beside buying and holding" aside={provenance}>
          <FiguresTable of={of} />
          <p className="soft note">After {costsText(of.spec)}, both.</p>
        </Card>
        <div className="stack">
          <Equity of={of} />
          <Origin of={of} />
        </div>
      </div>
      <Trades of={of} />
    </>
  );
}

/** Buying and holding is drawn too where it was run over the same window. */
function Equity({ of }: { of: Whole }) {
  const { from } = of.spec;
  const holding = useLoaded(`holding beside ${of.id}`, () => holdingBeside(of));
  const curves = useMemo(() => {
    const plot = rebased([of, ...(holding.data ?? [])], from);
    const [own, hold] = plot.curves;
    const drawn: Curve[] = [{ ...own!, colour: '--c1' }];
    if (hold) drawn.push({ ...hold, colour: '--soft', dashed: true });
    return { time: plot.time, drawn };
  }, [of, holding.data, from]);
  return (
    <Card title="Equity" aside={<Provenance source={of.source} asOf={of.spec.asOf} />}>
      <LinePlot
        time={curves.time}
        curves={curves.drawn}
        title={`Growth of 100 since ${date(from)}`}
        show={(value) => fixed(value, 1)}
        height={260}
      />
      <p className="soft note">
        Marked at every close, after {costsText(of.spec)}.
        {holding.data?.length === 0 && of.strategy !== 'buy-and-hold'
          ? ' Run buy-and-hold over this window to see its curve here.'
          : ''}
      </p>
    </Card>
  );
}

async function holdingBeside(of: Whole): Promise<Whole[]> {
  if (of.strategy === 'buy-and-hold') return [];
  const query = { stream: of.stream, strategy: 'buy-and-hold', limit: 100 };
  const { items } = dataOf(await client.GET('/backtests', { params: { query } }));
  const like = items.find(
    ({ source, spec }) =>
      sourceText(source) === sourceText(of.source) &&
      spec.from === of.spec.from &&
      spec.to === of.spec.to &&
      costsText(spec) === costsText(of.spec),
  );
  return like ? [await read(like.id)] : [];
}
