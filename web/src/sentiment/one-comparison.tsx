import { Fact } from '../backtests/judgement';
import type { Schemas } from '../api';
import { chance, change, fixed, percent, range, whole } from '../format';
import { PageLink } from '../page-link';
import { Card, Provenance } from '../parts';
import { Table } from '../table';
import { ConfusionTable } from './confusion';

export type Compared = Schemas['SentimentComparison'];

/** One comparison: the verdict, its tests, and what each of the two said. */
export function OneComparison({ of }: { of: Compared }) {
  const [a = 'first', b = 'second'] = of.models;
  return (
    <Card title={`${a} against ${b}`} aside={<Provenance source={of.source} asOf={of.createdAt} />}>
      <p className="verdict">{of.verdict}</p>
      <p className="actions">
        <PageLink address={`/api/v1/sentiment/comparisons/${of.id}/report`} name="Report" />
      </p>
      <Figures of={of} />
      {of.figures && (
        <p className="soft note">
          Texts that a model was trained on flatter it; the comparison does not know them.
        </p>
      )}
      <div className="halves">
        <div>
          <h3>Answers of the first in rows, of the second in columns</h3>
          <ConfusionTable
            label={`Answers of ${a} in rows, of ${b} in columns`}
            rows="first said"
            columns="second"
            counts={of.between}
            share="the same"
          />
        </div>
        <Subsets of={of} />
      </div>
      {of.figures && (
        <div className="halves">
          {[of.figures.a, of.figures.b].map((each, i) => (
            <div key={i}>
              <h3>Confusion of {of.models[i]}</h3>
              <ConfusionTable
                label={`Confusion of ${of.models[i]}: labels in rows, answers in columns`}
                rows="label"
                columns="said"
                counts={countsOf(each)}
                share="right"
              />
            </div>
          ))}
        </div>
      )}
    </Card>
  );
}

const countsOf = (figures: { [name: string]: unknown }): number[][] =>
  Array.isArray(figures['confusion']) ? (figures['confusion'] as number[][]) : [];

function Figures({ of: { figures, mcnemar, difference, ...of } }: { of: Compared }) {
  return (
    <dl className="row">
      {figures && (
        <>
          <Fact
            name="Accuracy"
            value={`${percent(figures.a.accuracy)} against ${percent(figures.b.accuracy)}`}
          />
          <Fact
            name="Macro-F1"
            value={`${fixed(figures.a.macroF1, 3)} against ${fixed(figures.b.macroF1, 3)}`}
          />
          <Fact
            name="Calibration error"
            value={`${fixed(figures.a.ece, 3)} against ${fixed(figures.b.ece, 3)}`}
            title="Expected calibration error"
          />
        </>
      )}
      {difference && (
        <>
          <Fact
            name="Accuracy gained, 95 %"
            value={`${change(difference.accuracy)} (${range(difference.accuracy95, (bound) => change(bound))})`}
            title={`First minus second; paired bootstrap, ${whole(difference.resamples)} resamples`}
          />
          <Fact
            name="Macro-F1 gained, 95 %"
            value={`${fixed(difference.macroF1, 3)} (${range(difference.macroF195, (bound) => fixed(bound, 3))})`}
          />
        </>
      )}
      {mcnemar && (
        <>
          <Fact name="McNemar p" value={chance(mcnemar.pValue)} title={mcnemar.method} />
          <Fact
            name="Only one right"
            value={`${whole(mcnemar.onlyA)} first, ${whole(mcnemar.onlyB)} second`}
          />
        </>
      )}
      <Fact name="Agreement" value={percent(of.agreement)} />
      <Fact name="Cohen’s kappa" value={fixed(of.kappa, 3)} />
      <Fact
        name="Distribution"
        value={`${of.drift.reading} (${fixed(of.drift.labels, 3)} labels, ${fixed(of.drift.scores, 3)} scores)`}
        title="Population stability index of the second against the first"
      />
    </dl>
  );
}

function Subsets({ of }: { of: Compared }) {
  if (of.subsets.length === 0) return null;
  return (
    <div>
      <h3>By source and label</h3>
      <Table
        label="Comparison by source and label"
        head={[
          'part',
          { name: 'texts', kind: 'number' },
          { name: 'agree', kind: 'number' },
          { name: 'first right', kind: 'number' },
          { name: 'second right', kind: 'number' },
          { name: 'p', kind: 'number', title: 'McNemar, corrected by Holm over these parts' },
        ]}
        rows={of.subsets.map((each) => [
          `${each.by} ${each.value}`,
          whole(each.n),
          percent(each.agreement),
          percent(each.accuracyA),
          percent(each.accuracyB),
          chance(each.adjustedPValue),
        ])}
      />
    </div>
  );
}
