import { Fragment, useState } from 'react';
import { chance, change, date, fixed, number, percent, range, tiny, whole } from '../format';
import { barsText } from '../forecasts/kinds';
import { Card, Empty, Provenance } from '../parts';
import { Table } from '../table';
import { EnvironmentDifferences } from './environment';
import {
  contestsOf,
  flattened,
  nameOf,
  relativeError,
  type Contest,
  type Evaluation,
  type Version,
} from './kinds';
import { Losses } from './losses';
import { Paired } from './paired';
import { lossOf } from './version';

interface Compared {
  versions: Version[];
  evaluations: Evaluation[];
}

/** Two versions side by side: how they were trained, and their skill on the windows that both were held to. */
export function Comparison({ versions, evaluations }: Compared) {
  const [names, setNames] = useState<[string, string]>(['', '']);
  const [first, second] = pickedOf(versions, names);
  if (!first || !second)
    return (
      <Card title="Compare two versions">
        <Empty>There is no second version yet: train one with other settings or on other data.</Empty>
      </Card>
    );
  const pair: [Version, Version] = [first, second];
  return (
    <Card
      title="Compare two versions"
      aside={<Provenance source={second.source} asOf={Math.max(first.createdAt, second.createdAt)} />}
    >
      <div className="filters">
        {pair.map((each, i) => (
          <label key={i} className="inline">
            {i === 0 ? 'First' : 'Second'}
            <select
              value={nameOf(each)}
              onChange={({ target: { value } }) =>
                setNames(i === 0 ? [value, nameOf(second)] : [nameOf(first), value])
              }
            >
              {versions.map((one) => (
                <option key={one.id}>{nameOf(one)}</option>
              ))}
            </select>
          </label>
        ))}
      </div>
      {first.id === second.id ? (
        <Empty>Choose two different versions: this one differs from itself in nothing.</Empty>
      ) : (
        <Beside pair={pair} evaluations={evaluations} />
      )}
    </Card>
  );
}

/** What was chosen, else the newest and the one before it, of the same name where there is one. */
function pickedOf(versions: Version[], [a, b]: [string, string]): [Version | undefined, Version | undefined] {
  const find = (name: string): Version | undefined => versions.find((each) => nameOf(each) === name);
  const second = find(b) ?? versions.find((each) => nameOf(each) !== a);
  const others = versions.filter((each) => each !== second);
  return [find(a) ?? others.find((each) => each.name === second?.name) ?? others[0], second];
}

function Beside({ pair, evaluations }: { pair: [Version, Version]; evaluations: Evaluation[] }) {
  const both = contestsOf(
    evaluations.filter(({ model }) => pair.some((each) => nameOf(each) === model)),
  ).filter((each) => each.evaluations.length === 2);
  const settings = differencesOf(pair);
  const head = ['', ...pair.map((each) => ({ name: nameOf(each), kind: 'number' as const }))];
  return (
    <>
      <Table label="Training of both" head={['training', ...head.slice(1)]} rows={trainingRows(pair)} />
      {both.length === 0 && (
        <Empty>They were never evaluated on the same window: their skill cannot be compared.</Empty>
      )}
      {both.map((each) => (
        <Fragment key={each.id}>
          <Table
            label={`Skill of both on ${each.stream}`}
            head={[
              `${each.stream}, ${barsText(each.horizonBars)} ahead, ${date(each.from)} … ${date(each.to)}`,
              ...head.slice(1),
            ]}
            rows={skillRows(pair, each)}
          />
          {each.evaluations.every((one) => one.interval) && (
            <Paired names={[nameOf(pair[0]), nameOf(pair[1])]} stream={each.stream} />
          )}
        </Fragment>
      ))}
      <Losses of={pair} />
      <h3>What was set otherwise</h3>
      {settings.length === 0 ? (
        <Empty>Nothing: both were asked for with the same settings and data.</Empty>
      ) : (
        <Table label="Settings that differ" head={['setting', ...head.slice(1)]} rows={settings} />
      )}
      <EnvironmentDifferences of={pair} />
    </>
  );
}

function trainingRows(pair: [Version, Version]) {
  const row = (name: string, show: (of: Version) => string): string[] => [name, ...pair.map(show)];
  const count = (of: Version, member: string): string =>
    typeof of.training[member] === 'number' ? whole(of.training[member]) : '–';
  return [
    row('kind', (of) => of.kind),
    row('stage', (of) => of.stage),
    row('source', ({ source }) => source.kind),
    row('dataset', (of) => of.dataset ?? '–'),
    row('features', (of) => of.featureVersion),
    row('weights', (of) => count(of, 'parameters')),
    row('best epoch', (of) => count(of, 'bestEpoch')),
    row('validation loss', (of) => number(lossOf(of), 4)),
    row('seconds', (of) => number(of.seconds, 3)),
    row('ONNX parity', (of) => tiny(of.parityMaxAbs)),
    row('ONNX sha256', ({ onnx }) => onnx.sha256.slice(0, 12)),
  ];
}

function skillRows(pair: [Version, Version], { evaluations }: Contest) {
  const row = (name: string, show: (of: Evaluation) => string): string[] => [
    name,
    ...pair.map((each) => {
      const own = evaluations.find(({ model }) => model === nameOf(each));
      return own ? show(own) : '–';
    }),
  ];
  return [
    row('error × persistence', (of) => fixed(relativeError(of), 4)),
    row('direction right', (of) => percent(of.directionalAccuracy, 2)),
    row('95 % Wilson interval', (of) => range(of.wilson95, percent)),
    row('Pesaran–Timmermann p', (of) => chance(of.pesaranTimmermann.pValue)),
    row('Diebold–Mariano p', (of) => chance(of.dieboldMariano.pValue)),
    row(
      'interval held',
      ({ conformal: each }) => `${percent(each.measuredCoverage)} of ${percent(each.coverage, 0)}`,
    ),
    row('trading the sign, after costs', (of) => change(of.profitAfterCosts.total)),
    row('CRPS', (of) => fixed(of.distribution?.crps, 4)),
    row('Brier score of P(up)', (of) => fixed(of.calibration?.brier, 4)),
    row('leak audit', ({ leakAudit }) =>
      leakAudit ? (leakAudit.passed ? 'passed' : 'a leak was found') : 'not audited',
    ),
    row('forecasts', (of) => whole(of.n)),
  ];
}

/** Settings of the spec that are not the same; digests of the data set stand above. */
function differencesOf([first, second]: [Version, Version]): string[][] {
  const [a, b] = [new Map(flattened(first.spec)), new Map(flattened(second.spec))];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((name) => !name.startsWith('dataset.object') && a.get(name) !== b.get(name))
    .map((name) => [name, a.get(name) ?? '–', b.get(name) ?? '–']);
}
