import { useMemo, useState } from 'react';
import { chance, change, date, fixed, number, percent, quoteOf, range, whole } from '../format';
import { Badge, Card, Empty, Provenance } from '../parts';
import { Table } from '../table';
import { barsText } from '../forecasts/kinds';
import {
  contestsOf,
  relativeError,
  versionAddress,
  type Contest,
  type Evaluation,
  type Skill,
  type Version,
  nameOf,
} from './kinds';

interface Board {
  evaluations: Evaluation[];
  versions: Version[];
  /** `<name>@<version>` that is shown closer. */
  shown: string | undefined;
}

/** Versions and naive baselines of one held-out window, the smallest error first. */
export function Leaderboard({ evaluations, versions, shown }: Board) {
  const contests = useMemo(() => contestsOf(evaluations), [evaluations]);
  const [chosen, setChosen] = useState('');
  const own = contests.find((each) => each.evaluations.some(({ model }) => model === shown));
  const contest = contests.find((each) => each.id === chosen) ?? own ?? contests[0];
  if (!contest)
    return (
      <Card title="Leaderboard">
        <Empty>
          Nothing has been evaluated yet: the main job trains and evaluates, or run{' '}
          <code>finsight run story evaluateModel</code>.
        </Empty>
      </Card>
    );
  return (
    <Card title="Leaderboard" aside={<Provenance source={contest.source} asOf={contest.to} />}>
      <label>
        Stream, horizon and held-out window
        <select value={contest.id} onChange={(event) => setChosen(event.target.value)}>
          {contests.map((each) => (
            <option key={each.id} value={each.id}>
              {each.stream}, {barsText(each.horizonBars)} ahead, {date(each.from)} … {date(each.to)} (
              {each.source.kind})
            </option>
          ))}
        </select>
      </label>
      <Ranks contest={contest} versions={versions} shown={shown} />
      <p className="soft note">
        Ranked by the mean absolute error of the close against persistence, which forecasts no move: below 1
        is better. Direction is sign(forecast − last close) against sign(close − last close) on rows whose
        outcomes do not overlap. Trading its sign pays{' '}
        {[...new Set(contest.evaluations.map(({ profitAfterCosts: each }) => costsOf(each)))].join('; ')}.
      </p>
    </Card>
  );
}

const costsOf = (of: Evaluation['profitAfterCosts']): string =>
  `${of.feeBps} bps fee + ${of.slippageBps} bps slippage a side`;

interface Rank {
  skill: Skill;
  relative: number | null;
  /** Null for a baseline. */
  of: Evaluation | null;
}

function ranksOf({ evaluations }: Contest): Rank[] {
  const [first] = evaluations;
  if (!first) return [];
  const models = evaluations.map((of): Rank => ({
    skill: { ...of, name: of.model },
    relative: relativeError(of),
    of,
  }));
  const naive = first.baselines.map((skill): Rank => ({
    skill,
    relative: relativeError(first, skill.mae),
    of: null,
  }));
  return [...models, ...naive].toSorted((a, b) => (a.relative ?? Infinity) - (b.relative ?? Infinity));
}

function Ranks({
  contest,
  versions,
  shown,
}: Omit<Board, 'evaluations'> & {
  contest: Contest;
}) {
  const ranks = ranksOf(contest);
  return (
    <Table
      label={`Leaderboard of ${contest.stream}`}
      isCurrent={(row) => ranks[row]?.of !== null && ranks[row]?.skill.name === shown}
      head={[
        'forecaster',
        'stage',
        {
          name: '× persistence',
          kind: 'number',
          title: 'Mean absolute error of the close; persistence has 1',
        },
        { name: `mean abs. error, ${quoteOf(contest.stream)}`, kind: 'number' },
        {
          name: 'direction right',
          kind: 'number',
          title: 'Sign of the forecast change; undefined for persistence',
        },
        { name: '95 % Wilson interval', kind: 'number' },
        { name: 'PT p', kind: 'number', title: 'Pesaran–Timmermann: direction against independence' },
        { name: 'DM p', kind: 'number', title: 'Diebold–Mariano against persistence, two-sided' },
        { name: 'interval held', kind: 'number', title: 'Share of outcomes inside, and what it is made for' },
        { name: 'after costs', kind: 'number', title: 'Return of trading the sign' },
        { name: 'hold', kind: 'number', title: 'Return of buying and holding' },
        { name: 'n', kind: 'number', title: 'Forecasts of the held-out window' },
      ]}
      rows={ranks.map(({ skill, relative, of }) => [
        of ? (
          <a key="a" href={versionAddress(skill.name)}>
            {skill.name}
          </a>
        ) : (
          skill.name
        ),
        <Stage key="s" of={of} versions={versions} />,
        fixed(relative, 4),
        number(skill.mae),
        percent(skill.directionalAccuracy, 2),
        range(skill.wilson95, percent),
        of ? chance(of.pesaranTimmermann.pValue) : '',
        of ? chance(of.dieboldMariano.pValue) : '',
        of ? `${percent(of.conformal.measuredCoverage)} of ${percent(of.conformal.coverage, 0)}` : '',
        of ? change(of.profitAfterCosts.total) : '',
        of ? change(of.profitAfterCosts.buyAndHold) : '',
        whole(skill.n),
      ])}
    />
  );
}

function Stage({ of, versions }: { of: Evaluation | null; versions: Version[] }) {
  if (!of) return <span className="soft">baseline</span>;
  const stage = versions.find((each) => nameOf(each) === of.model)?.stage;
  return stage ? <Badge tone={stage}>{stage}</Badge> : <span className="soft">removed</span>;
}
