import { Fact } from '../backtests/judgement';
import { Reliability } from '../charts/reliability';
import { chance, change, fixed, number, percent, range, whole } from '../format';
import { Empty } from '../parts';
import { Table } from '../table';
import type { Evaluation } from './kinds';

/** Of the whole distribution: what each forecaster's quantiles cost, and what the intervals hold. */
export function Distribution({ of: { model, distribution, interval } }: { of: Evaluation }) {
  if (!distribution || !interval) return null;
  const { persistence } = interval;
  return (
    <div>
      <h3>Distribution and interval</h3>
      <Table
        label={`Scores of the distribution of ${model}`}
        isCurrent={(row) => row === 0}
        head={[
          'forecaster',
          { name: 'CRPS', kind: 'number', title: 'Continuous ranked probability score; smaller is better' },
          { name: 'pinball loss', kind: 'number', title: `Mean of ${distribution.levels.length} levels` },
        ]}
        rows={[{ name: model, ...distribution }, ...distribution.baselines].map((each) => [
          each.name,
          fixed(each.crps, 4),
          fixed(each.pinball, 4),
        ])}
      />
      <dl className="row">
        <Fact
          name={`${percent(interval.coverage, 0)} interval held`}
          value={percent(interval.measuredCoverage)}
          title={`${interval.method}, over ${whole(interval.n)} rows`}
        />
        <Fact
          name="Width"
          value={`${fixed(interval.meanWidth, 2)}, persistence ${fixed(persistence.meanWidth, 2)}`}
          title="Mean, in units of volatility·√horizon"
        />
        <Fact
          name="Interval score"
          value={`${fixed(interval.winkler, 2)}, persistence ${fixed(persistence.winkler, 2)}`}
          title="Winkler: width and what outcomes outside cost; smaller is better"
        />
      </dl>
      <p className="soft note">
        In units of volatility·√horizon; quantiles of the {distribution.from}, over {whole(distribution.n)}{' '}
        rows.
      </p>
    </div>
  );
}

/** Whether P(up) can be taken at its word. */
export function Calibration({ of: { calibration } }: { of: Evaluation }) {
  if (!calibration) return null;
  const bins = calibration.bins.flatMap(({ n, meanProbability, shareUp }) =>
    n > 0 && meanProbability !== null && shareUp !== null
      ? [{ n, confidence: meanProbability, accuracy: shareUp }]
      : [],
  );
  return (
    <div>
      <h3>Calibration of P(up)</h3>
      {bins.length > 0 ? (
        <Reliability bins={bins} said="P(up) that was said" came="Share that went up" unit="forecasts" />
      ) : (
        <Empty>No forecast has a direction.</Empty>
      )}
      <p className="soft note">
        Brier score {fixed(calibration.brier, 4)}
        {calibration.baselines.map(({ name, brier }) => `, ${name} ${fixed(brier, 4)}`).join('')}; expected
        calibration error {fixed(calibration.ece, 3)}, over {whole(calibration.n)} forecasts.
      </p>
    </div>
  );
}

/** The model against each baseline on the same rows. */
export function Against({ of: { model, against } }: { of: Evaluation }) {
  if (!against || against.length === 0) return null;
  return (
    <details>
      <summary>Tests against each baseline</summary>
      <Table
        label={`Tests of ${model} against each baseline`}
        head={[
          'baseline',
          { name: 'DM', kind: 'number', title: 'Diebold–Mariano; negative where the model is better' },
          { name: 'p', kind: 'number', title: 'Two-sided, outcomes that do not overlap' },
          { name: 'DM, all rows', kind: 'number', title: 'With the autocovariances of overlapping outcomes' },
          { name: 'p, all rows', kind: 'number' },
          { name: 'only model right', kind: 'number', title: 'Direction' },
          { name: 'only baseline right', kind: 'number' },
          { name: 'McNemar p', kind: 'number' },
        ]}
        rows={against.map(({ baseline, dieboldMariano, allRows, direction }) => [
          baseline,
          fixed(dieboldMariano.statistic, 2),
          chance(dieboldMariano.pValue),
          fixed(allRows.statistic, 2),
          chance(allRows.pValue),
          direction ? whole(direction.onlyModel) : '–',
          direction ? whole(direction.onlyBaseline) : '–',
          chance(direction?.pValue),
        ])}
      />
      <p className="soft note">Not corrected for there being several.</p>
    </details>
  );
}

/** The forecasts through the backtest engine. */
export function TradedFacts({ of: { traded } }: { of: Evaluation }) {
  if (!traded) return null;
  const { costs, buyAndHold, beforeCosts } = traded;
  const beside = (own: string, hold: string): string => `${own}, hold ${hold}`;
  return (
    <>
      <Fact
        name="Traded, next open"
        value={beside(change(traded.totalReturn), change(buyAndHold.totalReturn))}
        title={`Through the backtest engine: ${costs.feeBps} bps fee + ${costs.slippageBps} bps slippage a side`}
      />
      <Fact name="Its Sharpe" value={beside(fixed(traded.sharpe, 2), fixed(buyAndHold.sharpe, 2))} />
      <Fact name="Before costs" value={change(beforeCosts.totalReturn)} />
      <Fact name="Drawdown, entries" value={`${percent(traded.maxDrawdown)}, ${number(traded.entries)}`} />
    </>
  );
}

export const wilsonText = (pair: readonly (number | null)[]): string => range(pair, percent);
