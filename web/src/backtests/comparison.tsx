import { useMemo, useState } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { LinePlot } from '../charts/line';
import { groupsOf, rebased, type Group } from '../equity';
import { change, date, fixed } from '../format';
import { Card, Provenance, State } from '../parts';
import { Table } from '../table';
import {
  addressOf,
  costsText,
  deflatedText,
  FIGURES,
  intervalText,
  nameOf,
  trialsText,
  windowText,
  type Backtest,
} from './words';

const COLOURS = ['--c1', '--c2', '--c3', '--c4'];
/** More curves than this are no picture any more. */
const MOST = 8;

/**
 * Results of one stream and window beside each other. `shownId` is the group in the address, if any; read anew with
 * each `version`.
 */
export function Comparison({ shownId, version }: { shownId: string; version: number }) {
  const page = useLoaded(
    `backtests to compare ${version}`,
    async () => dataOf(await client.GET('/backtests', { params: { query: { limit: 200 } } })),
    10_000,
  );
  const groups = useMemo(() => groupsOf(page.data?.items ?? []), [page.data]);
  const shown = groups.find((each) => each.id === shownId) ?? groups[0];
  if (!shown) return null;
  return (
    <Card
      title="Compare, after costs"
      aside={
        <Provenance source={shown.source} asOf={Math.max(...shown.backtests.map((each) => each.spec.asOf))} />
      }
    >
      <label>
        Stream and window
        <select
          value={shown.id}
          onChange={(event) => {
            location.hash = `#/backtests/${event.target.value}`;
          }}
        >
          {groups.map((each) => (
            <option key={each.id} value={each.id}>
              {each.stream}, {date(each.from)} … {date(each.to)} ({each.source.kind})
            </option>
          ))}
        </select>
      </label>
      <Chosen key={shown.id} group={shown} />
    </Card>
  );
}

/** Of each strategy the newest result at first; any others of the window can be added. */
function Chosen({ group }: { group: Group }) {
  const [ids, setIds] = useState<string[]>(() => group.backtests.slice(0, MOST).map((each) => each.id));
  const chosen = group.covering.filter((each) => ids.includes(each.id));
  const toggle = (id: string, wanted: boolean): void =>
    setIds((old) => (wanted ? [...old, id] : old.filter((each) => each !== id)));
  return (
    <>
      <fieldset className="choices">
        <legend>Results over this window, at most {MOST} at once</legend>
        {group.covering.map((each) => (
          <label key={each.id} className="inline">
            <input
              type="checkbox"
              checked={ids.includes(each.id)}
              disabled={!ids.includes(each.id) && chosen.length >= MOST}
              onChange={(event) => toggle(each.id, event.target.checked)}
            />
            {labelIn(group, each)}
          </label>
        ))}
      </fieldset>
      {chosen.length === 0 && <p className="empty">No result is chosen yet.</p>}
      {chosen.length > 0 && <Curves key={ids.join(' ')} group={group} chosen={chosen} />}
      <div className="beside">
        <Beside group={group} chosen={chosen} />
      </div>
    </>
  );
}

/** The costs are said where they tell results of one name apart, else the beginning of the id. */
function labelIn({ covering }: Group, of: Backtest): string {
  const name = nameOf(of);
  const alike = covering.filter((each) => nameOf(each) === name);
  if (alike.length === 1) return name;
  const { feeBps, slippageBps } = of.spec.costs;
  const same = alike.filter(
    ({ spec }) => spec.costs.feeBps === feeBps && spec.costs.slippageBps === slippageBps,
  );
  return same.length === 1 ? `${name}, ${feeBps} + ${slippageBps} bps` : `${name}, ${of.id.slice(0, 9)}`;
}

function Curves({ group, chosen }: { group: Group; chosen: Backtest[] }) {
  const loaded = useLoaded(`equity ${chosen.map((each) => each.id).join(' ')}`, async () =>
    Promise.all(
      chosen.map(async ({ id }) => dataOf(await client.GET('/backtests/{id}', { params: { path: { id } } }))),
    ),
  );
  const plot = useMemo(() => {
    const { time, curves } = rebased(loaded.data ?? [], group.from);
    const drawn = curves.map(({ values }, i) => {
      const of = loaded.data![i]!;
      const isHold = of.strategy === 'buy-and-hold';
      const colour = isHold ? '--soft' : (COLOURS[i % COLOURS.length] ?? '--c1');
      return { label: labelIn(group, of), values, colour, dashed: isHold || i >= COLOURS.length };
    });
    return { time, drawn };
  }, [loaded.data, group]);
  return (
    <>
      <State of={loaded} isEmpty={false} empty="" />
      <div className="plot-room">
        {plot.drawn.length > 0 && (
          <LinePlot
            time={plot.time}
            curves={plot.drawn}
            title={`Growth of 100 since ${date(group.from)}`}
            show={(each) => fixed(each, 1)}
            height={320}
          />
        )}
      </div>
      <p className="soft note">
        After {[...new Set(chosen.map((each) => costsText(each.spec)))].join('; ')}. Curves that began before
        the window are set to 100 at its start. Fills at the open after the decision. Drag to zoom,
        double-click to see all.
      </p>
    </>
  );
}

/** One column a result, so that each figure is read across. */
function Beside({ group, chosen }: { group: Group; chosen: Backtest[] }) {
  if (chosen.length === 0) return null;
  const row = (name: string, show: (of: Backtest) => string) => [name, ...chosen.map(show)];
  return (
    <Table
      label="Chosen results beside each other"
      head={[
        'after costs',
        ...chosen.map((each) => ({
          name: labelIn(group, each),
          kind: 'number' as const,
          address: addressOf(each.id),
        })),
      ]}
      rows={[
        ...FIGURES.slice(0, 1).map(({ key, name, show }) => row(name, (of) => show(of.metrics[key] ?? null))),
        row('buy and hold', (of) => change(of.benchmark.totalReturn)),
        ...FIGURES.slice(1, 4).map(({ key, name, show }) => row(name, (of) => show(of.metrics[key] ?? null))),
        row('95 % interval', intervalText),
        row('hold Sharpe', (of) => fixed(of.benchmark.sharpe, 2)),
        row('deflated Sharpe', deflatedText),
        row('trials', trialsText),
        ...FIGURES.slice(4, -3).map(({ key, name, show }) =>
          row(name, (of) => show(of.metrics[key] ?? null)),
        ),
        row('costs, bps a side', ({ spec: { costs } }) => `${costs.feeBps} + ${costs.slippageBps}`),
        row('own window', ({ spec }) => windowText(spec)),
        row('as of', ({ spec }) => date(spec.asOf)),
        row('source', ({ source }) => source.kind),
      ]}
    />
  );
}
