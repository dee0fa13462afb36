import { client, dataOf, useLoaded, type Schemas } from '../api';
import { moment, percent, whole } from '../format';
import { Card, Provenance, State } from '../parts';
import { sourceText } from '../streams';
import { Table } from '../table';

const GAPS_SHOWN = 20;

/** What a stream owes and holds: every expected bar is in one state. */
export function Coverage({ info }: { info: Schemas['StreamInfo'] }) {
  const { stream, source } = info;
  const [exchange = '', symbol = '', timeframe = ''] = stream.split('/');
  const found = useLoaded(
    `coverage ${stream} ${sourceText(source)}`,
    async () =>
      dataOf(
        await client.GET('/bars/{exchange}/{symbol}/{timeframe}/coverage', {
          params: { path: { exchange, symbol, timeframe }, query: { source: sourceText(source) } },
        }),
      ),
    30_000,
  );
  const { data } = found;
  return (
    <Card
      title="Coverage"
      aside={<Provenance source={data?.source ?? source} asOf={data?.measuredAt ?? null} />}
    >
      <State of={found} isEmpty={false} empty="" />
      {data && <States coverage={data} />}
      {data && <Gaps coverage={data} />}
    </Card>
  );
}

function States({ coverage }: { coverage: Schemas['Coverage'] }) {
  const { from, to, calendar, expected, present, exchangeClosed, quarantined, missing } = coverage;
  return (
    <>
      <p className="soft">
        {percent(coverage.coverage, 2)} of the bars that the exchange has, {moment(from)} … {moment(to)};
        calendar: {calendar}, since {coverage.calendarReason}.
      </p>
      <Table
        label="Expected bars by state"
        head={[
          { name: 'expected', kind: 'number' },
          { name: 'present', kind: 'number' },
          {
            name: 'exchange-closed',
            kind: 'number',
            title: 'Proved: the exchange was asked, has bars before and after, and not these',
          },
          { name: 'quarantined', kind: 'number', title: 'Put aside for breaking a rule, with the reason' },
          { name: 'missing', kind: 'number' },
        ]}
        rows={[[expected, present, exchangeClosed, quarantined, missing].map(whole)]}
      />
    </>
  );
}

function Gaps({ coverage }: { coverage: Schemas['Coverage'] }) {
  const { gaps, gapsLeftOut } = coverage;
  const rest = gapsLeftOut + Math.max(0, gaps.length - GAPS_SHOWN);
  return (
    <>
      <Table
        label="Holes between the bars"
        head={['hole from', 'to', { name: 'bars', kind: 'number' }, 'state']}
        rows={gaps
          .slice(-GAPS_SHOWN)
          .toReversed()
          .map((gap) => [moment(gap.from), moment(gap.to), whole(gap.bars), gap.state])}
      />
      {rest > 0 && <p className="soft">and {whole(rest)} more before these</p>}
    </>
  );
}
