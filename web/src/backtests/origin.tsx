import { moment, number, quoteOf } from '../format';
import { Card, Provenance } from '../parts';
import { sourceText } from '../streams';
import { Fact } from './judgement';
import { costsText, hasOwnStrategies, paramsText, sizeText, windowText, type Backtest } from './words';

/** All that a result depends on: with it the run can be made again and the digest compared. */
export function Origin({ of }: { of: Backtest }) {
  const { spec } = of;
  return (
    <Card title="What was run" aside={<Provenance source={of.source} asOf={spec.asOf} />}>
      <dl className="row">
        <Fact name="Strategy" value={of.strategy} />
        <Fact
          name="Parameters"
          value={paramsText(spec.params) || (hasOwnStrategies(spec) ? 'beside each instrument' : 'none')}
        />
        <Fact name="Window" value={windowText(spec)} />
        <Fact name="Costs" value={costsText(spec)} />
        <Fact name="Cash" value={`${number(spec.cash, 9)} ${quoteOf(of.stream)}`} />
        <Fact name="Size" value={sizeText(spec)} />
        <Fact name="Periods a year" value={String(spec.periodsPerYear)} title="By which Sharpe is annual" />
        <Fact name="Source" value={sourceText(of.source)} />
        <Fact name="Engine" value={of.engine} />
        <Fact name="Run at" value={moment(of.createdAt)} />
        <Fact name="Run" value={of.run ?? 'on its own'} />
      </dl>
      <dl>
        <dt>Result</dt>
        <dd>
          <code>{of.id}</code>
        </dd>
        <dt>Digest</dt>
        <dd>
          <code>{of.digest}</code>
        </dd>
        <dt>Bars</dt>
        <dd>
          <code>{of.barsSha256}</code>
        </dd>
        {spec.code && (
          <>
            <dt>Strategy</dt>
            <dd>
              <code>{spec.code}</code>
            </dd>
          </>
        )}
      </dl>
      <details>
        <summary>Conventions</summary>
        <ul className="conventions">
          {of.conventions.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      </details>
    </Card>
  );
}
