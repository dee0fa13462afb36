import { chance, change, date, number, percent, quoteOf, range, whole } from '../format';
import { Fact } from '../backtests/judgement';
import { barsText } from '../forecasts/kinds';
import { Card, Provenance } from '../parts';
import { Table } from '../table';
import { Audit } from './audit';
import { Folds, SkillByPart } from './by-part';
import type { Evaluation } from './kinds';
import { Against, Calibration, Distribution, TradedFacts } from './scores';

/** One version on one stream's held-out window, beside its baselines. */
export function OneEvaluation({ of }: { of: Evaluation }) {
  const { conformal, profitAfterCosts: profit, pesaranTimmermann, dieboldMariano } = of;
  return (
    <Card
      title={`${of.stream}, held out ${date(of.from)} … ${date(of.to)}`}
      aside={<Provenance source={of.source} asOf={of.to} />}
    >
      <Table
        label={`Skill of ${of.model} on ${of.stream}`}
        isCurrent={(row) => row === 0}
        head={[
          'forecaster',
          {
            name: 'direction right',
            kind: 'number',
            title: 'Sign of the forecast change; undefined for persistence',
          },
          { name: '95 % Wilson interval', kind: 'number' },
          { name: `mean abs. error, ${quoteOf(of.stream)}`, kind: 'number' },
          { name: 'n', kind: 'number', title: 'Forecasts of the held-out window' },
        ]}
        rows={[{ ...of, name: of.model }, ...of.baselines].map((row) => [
          row.name,
          percent(row.directionalAccuracy, 2),
          range(row.wilson95, percent),
          number(row.mae),
          whole(row.n),
        ])}
      />
      <dl className="row">
        <Fact name="Horizon" value={barsText(of.horizonBars)} />
        <Fact name="Pesaran–Timmermann p" value={chance(pesaranTimmermann.pValue)} />
        <Fact name="Diebold–Mariano p" value={chance(dieboldMariano.pValue)} />
        <Fact
          name={`${percent(conformal.coverage, 0)} interval held`}
          value={percent(conformal.measuredCoverage)}
        />
        <Fact name="Trading the sign" value={change(profit.total)} />
        <Fact name="Buy and hold" value={change(profit.buyAndHold)} />
        <Fact name="Costs a side" value={`${profit.feeBps} bps fee + ${profit.slippageBps} bps slippage`} />
        <TradedFacts of={of} />
        {of.seeds && <Fact name="Seeds" value={of.seeds.join(', ')} />}
      </dl>
      <Against of={of} />
      <div className="halves">
        <Distribution of={of} />
        <Calibration of={of} />
      </div>
      <SkillByPart of={of} />
      <Folds of={of} />
      <Audit of={of} />
    </Card>
  );
}
