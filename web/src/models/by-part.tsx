import { date, fixed, percent, whole } from '../format';
import { Table } from '../table';
import type { Evaluation, Part } from './kinds';
import { wilsonText } from './scores';

/** Persistence claims no direction: the best of the others stands beside the model. */
function bestOf({ baselines }: Part): string {
  const claiming = baselines.filter((each) => each.directionalAccuracy !== null);
  const best = claiming.toSorted((a, b) => (b.directionalAccuracy ?? 0) - (a.directionalAccuracy ?? 0))[0];
  return best ? `${percent(best.directionalAccuracy)} ${best.name}` : '–';
}

const relative = ({ mae, baselines }: Part): number | null => {
  const persistence = baselines.find(({ name }) => name === 'persistence')?.mae;
  return mae !== null && persistence ? mae / persistence : null;
};

const HEAD = [
  { name: 'share', kind: 'number', title: 'Of the rows' },
  { name: 'direction right', kind: 'number' },
  { name: '95 % Wilson interval', kind: 'number' },
  { name: 'best baseline', kind: 'number', title: 'Direction, in hindsight' },
  { name: '× persistence', kind: 'number', title: 'Mean absolute error' },
  { name: 'n', kind: 'number' },
] as const;

const cells = (part: Part): string[] => [
  percent(part.share, 0),
  percent(part.directionalAccuracy),
  wilsonText(part.wilson95),
  bestOf(part),
  fixed(relative(part), 3),
  whole(part.n),
];

/** Where it is better and where worse: by what was known when the forecast was made. */
export function SkillByPart({ of: { model, regimes = [], byConfidence = [] } }: { of: Evaluation }) {
  return (
    <>
      {regimes.length > 0 && (
        <div>
          <h3>By regime</h3>
          <Table
            label={`Skill of ${model} by regime`}
            head={['regime', ...HEAD]}
            rows={regimes.map((each) => [`${each.by} ${each.name}`, ...cells(each)])}
          />
        </div>
      )}
      {byConfidence.length > 0 && (
        <div>
          <h3>By confidence</h3>
          <Table
            label={`Skill of ${model} by confidence`}
            head={['|P(up) − ½|', ...HEAD]}
            rows={byConfidence.map((each) => [
              `${fixed(each.from, 2)} … ${fixed(each.to, 2)}`,
              ...cells(each),
            ])}
          />
        </div>
      )}
    </>
  );
}

/** Each fold trains on what lies before its test part only. */
export function Folds({ of: { model, folds = [], walkForward } }: { of: Evaluation }) {
  if (folds.length === 0) return null;
  return (
    <div>
      <h3>Folds, walk-forward</h3>
      <Table
        label={`Folds of ${model}`}
        head={[
          'tested on',
          { name: 'direction right', kind: 'number' },
          { name: '95 % Wilson interval', kind: 'number' },
          { name: '× persistence', kind: 'number', title: 'Mean absolute error' },
          { name: 'CRPS', kind: 'number' },
          { name: 'of persistence', kind: 'number' },
          { name: 'interval held', kind: 'number' },
          { name: 'width', kind: 'number', title: 'In units of volatility·√horizon' },
          { name: 'n', kind: 'number' },
          'model',
        ]}
        rows={folds.map((each) => [
          `${date(each.from)} … ${date(each.to)}`,
          percent(each.directionalAccuracy),
          wilsonText(each.wilson95),
          fixed(each.mae !== null && each.persistenceMae ? each.mae / each.persistenceMae : null, 4),
          fixed(each.crps, 4),
          fixed(each.persistenceCrps, 4),
          percent(each.measuredCoverage),
          fixed(each.meanWidth, 2),
          whole(each.n),
          each.model,
        ])}
      />
      {walkForward && (
        <p className="soft note">
          {walkForward.scheme}, {walkForward.folds} folds of {whole(walkForward.testBars)} bars;{' '}
          {walkForward.purgeBars} bars purged and {walkForward.embargoBars} embargoed between the parts.
        </p>
      )}
    </div>
  );
}
