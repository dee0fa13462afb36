import { useMemo } from 'react';
import { useLoaded } from '../api';
import { FanChart } from '../charts/fan';
import type { Fan } from '../charts/fan-rows';
import { Fact } from '../backtests/judgement';
import { barMs, change, fixed, moment, percent, price, range, whole } from '../format';
import { Badge, Card, Provenance } from '../parts';
import { closesOf } from '../sentiment/price';
import { Table } from '../table';
import { Explanation } from './explanation';
import { barsText, intervalName, movedBy, outcomeOf, unitOf, type Prediction } from './kinds';

/** Bars before the forecast that are drawn: some, and so many for each bar ahead. */
const LEAST_BARS = 36;
const BARS_A_STEP = 2;

/** One forecast: its fan, what it says, why this model said it, and what came of it. */
export function OneForecast({ of }: { of: Prediction }) {
  const chart = useFan(of);
  return (
    <Card
      title={`${of.stream}, ${barsText(of.horizonBars)} ahead`}
      aside={<Provenance source={of.source} asOf={of.asOf} />}
    >
      <FanChart {...chart} />
      <Facts of={of} />
      <p className="note">
        <Answer of={of} />
      </p>
      <Chain of={of} />
      <Steps of={of} />
      <Explanation id={of.id} />
    </Card>
  );
}

function useFan(of: Prediction): Fan {
  const { stream, source, asOf, lastClose, mean, interval, targetTime, realised } = of;
  const step = barMs(stream);
  const last = of.path?.at(-1)?.targetTime ?? targetTime;
  const from = asOf - step * Math.max(LEAST_BARS, BARS_A_STEP * Math.round((last - asOf) / step));
  const bars = useLoaded(`fan ${of.id} ${of.settledAt}`, () =>
    closesOf({ stream, source }, { from, to: last }),
  );
  return useMemo(() => {
    const single = { time: targetTime, mean, quantiles: quantilesOf(interval) };
    const points = of.path?.map(({ targetTime: time, ...each }) => ({ time, ...each })) ?? [single];
    return {
      // A bar that opened before the target may close after it.
      closes: (bars.data ?? []).filter((each) => each.time <= last),
      asOf,
      lastClose: lastClose ?? NaN,
      points,
      target: { time: targetTime, lower: interval.lower, upper: interval.upper },
      realised,
      quote: unitOf(of),
    };
    // A stored forecast changes only when it is settled.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [of.id, realised, bars.data]);
}

/** Where there is no path, the interval is the only band. */
const quantilesOf = ({
  lower,
  upper,
  coverage,
}: Prediction['interval']): Fan['points'][number]['quantiles'] =>
  coverage === null
    ? []
    : [
        { level: (1 - coverage) / 2, price: lower },
        { level: (1 + coverage) / 2, price: upper },
      ];

function Facts({ of }: { of: Prediction }) {
  const { interval } = of;
  return (
    <dl className="row">
      <Fact name={`Forecast, ${unitOf(of)}`} value={`${price(of.mean)} (${change(movedBy(of), 2)})`} />
      <Fact name={intervalName(of)} value={range([interval.lower, interval.upper], price)} />
      <Fact name="P(up)" value={fixed(of.probabilityUp, 3)} />
      <Fact name="Last close" value={price(of.lastClose)} />
      <Fact name="Target" value={moment(of.targetTime)} />
      <Fact name="Realised" value={of.settledAt === null ? 'open' : price(of.realised)} />
      <Fact name="Forecaster" value={of.model} />
      <Fact name="Made" value={moment(of.createdAt)} />
      {of.trigger && <Fact name="Asked for by" value={of.trigger} />}
    </dl>
  );
}

/** Why this one answered, whether it claims a direction, and how it turned out. */
function Answer({ of }: { of: Prediction }) {
  return (
    <>
      {of.abstained && <Badge tone="silent">no direction claimed</Badge>} <Outcome of={of} />{' '}
      {of.abstained ? `${of.abstained}. ` : ''}
      {of.reason}.
    </>
  );
}

export function Outcome({ of }: { of: Prediction }) {
  const outcome = outcomeOf(of);
  if (!outcome) return of.settledAt === null ? <Badge>open</Badge> : <Badge>settled</Badge>;
  const { inside, right } = outcome;
  return (
    <>
      {right !== null && (
        <Badge tone={right ? 'completed' : 'failed'}>{right ? 'direction right' : 'direction wrong'}</Badge>
      )}{' '}
      <Badge tone={inside ? 'completed' : 'failed'}>{inside ? 'inside' : 'outside'} the interval</Badge>
    </>
  );
}

function Chain({ of }: { of: Prediction }) {
  if (!of.chain || of.chain.length === 0) return null;
  return (
    <details>
      <summary>Asked before: {of.chain.length}</summary>
      <Table
        label="Models that were asked before and did not answer"
        head={['model', { name: 'why it did not answer', kind: 'wide' }]}
        rows={of.chain.map(({ model, reason }) => [model, reason])}
      />
    </details>
  );
}

/** The fan as figures. */
function Steps({ of }: { of: Prediction }) {
  const path = of.path ?? [];
  const levels = path[0]?.quantiles.map((each) => each.level) ?? [];
  if (path.length === 0) return null;
  return (
    <details>
      <summary>
        The fan as figures: {whole(path.length)} {path.length === 1 ? 'horizon' : 'horizons'}
      </summary>
      <Table
        label={`Quantiles of the close, ${unitOf(of)}`}
        head={[
          'target',
          { name: 'bars ahead', kind: 'number' },
          { name: 'mean', kind: 'number' },
          ...levels.map((level) => ({ name: percent(level, 0), kind: 'number' as const })),
        ]}
        rows={path.map((each) => [
          moment(each.targetTime),
          each.horizonBars,
          price(each.mean),
          ...each.quantiles.map((one) => price(one.price)),
        ])}
      />
    </details>
  );
}
