import { Fragment } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { date, moment, number, tiny } from '../format';
import { barsText } from '../forecasts/kinds';
import { contestsOf, type Contest, type Evaluation, type Version } from '../models/kinds';
import { Calibration } from '../models/scores';
import { Badge, Empty, Provenance, State } from '../parts';
import { Table } from '../table';
import { versionOf, type Deployment } from './kinds';
import { LEAK, skillRows, type Sides } from './skill';

interface Read {
  version: Version | null;
  evaluations: Evaluation[];
}

/** A version may be removed from the store while the deployment still names it. */
async function readSide(id: string | null): Promise<Read> {
  if (id === null) return { version: null, evaluations: [] };
  const query = { model: versionOf(id), limit: 50 };
  const [version, found] = await Promise.all([
    readVersion(id),
    client.GET('/evaluations', { params: { query } }),
  ]);
  return { version, evaluations: dataOf(found).items };
}

/** Asked for among the versions of its name first: that one of them is gone is no fault. */
async function readVersion(id: string): Promise<Version | null> {
  const name = versionOf(id).split('@')[0] ?? '';
  const listed = dataOf(await client.GET('/models', { params: { query: { name, limit: 200 } } }));
  const found = listed.items.find((each) => each.id === id);
  if (found || listed.cursor === null) return found ?? null;
  const one = await client.GET('/models/{id}', { params: { path: { id } } });
  return one.response.status === 404 ? null : dataOf(one);
}

/** Champion against candidate on the windows that both were held to; beside them the naive baselines. */
export function Evidence({ of }: { of: Deployment }) {
  const { champion, candidate } = rivalsOf(of);
  const read = useLoaded(
    `evidence ${champion} ${candidate} ${of.evidenceSha256}`,
    async () => Promise.all([readSide(champion), readSide(candidate)]),
    30_000,
  );
  const [a, b] = read.data ?? [];
  return (
    <>
      <State of={read} isEmpty={candidate === null && champion === null} empty="No version yet." />
      {a && b && (
        <div className="sides">
          <Made sides={[a, b]} ids={[champion, candidate]} />
          <Windows of={of} sides={[a, b]} ids={[champion, candidate]} />
        </div>
      )}
    </>
  );
}

/** After a promotion the version before stands where the champion stood. */
function rivalsOf({ champion, candidate, previous }: Deployment) {
  return candidate === null || candidate === champion
    ? { champion: previous, candidate: champion }
    : { champion, candidate };
}

interface Both {
  sides: [Read, Read];
  ids: [string | null, string | null];
}

const headOf = ([first, second]: Both['ids']) =>
  [
    { name: first ? versionOf(first) : 'no champion', kind: 'number' },
    { name: second ? versionOf(second) : 'no candidate', kind: 'number' },
  ] as const;

function Made({ sides, ids }: Both) {
  const row = (name: string, show: (of: Version) => string): string[] => [
    name,
    ...sides.map(({ version }) => (version ? show(version) : '–')),
  ];
  return (
    <Table
      label="Champion against candidate: versions"
      head={['version', ...headOf(ids)]}
      rows={[
        row('kind', (of) => of.kind),
        row('source', (of) => of.source.kind),
        row('trained', (of) => moment(of.createdAt)),
        row('data set', (of) => of.dataset ?? '–'),
        row('training, s', (of) => number(of.seconds, 3)),
        row('ONNX parity', (of) => tiny(of.parityMaxAbs)),
        row('ONNX sha256', (of) => of.onnx.sha256.slice(0, 12)),
      ]}
    />
  );
}

/** The windows that the decision rests on: of the candidate those that the deployment names. */
function windowsOf({ evaluations: named }: Deployment, [a, b]: [Read, Read]): Contest[] {
  const own = b.evaluations.filter(({ id }) => named.includes(id));
  const contests = contestsOf([...a.evaluations, ...(own.length > 0 ? own : b.evaluations)]);
  const decided = contests.filter((each) => each.evaluations.some((one) => own.includes(one)));
  return decided.length > 0 ? decided : contests;
}

function Windows({ of, sides, ids }: Both & { of: Deployment }) {
  const contests = windowsOf(of, sides);
  if (contests.length === 0) return <Empty>Neither version has been evaluated yet.</Empty>;
  return contests.map((each) => {
    const own = ids.map((id) =>
      id ? each.evaluations.find(({ model }) => model === versionOf(id)) : undefined,
    ) as Sides;
    const title = `${each.stream}, ${barsText(each.horizonBars)} ahead, held out ${date(each.from)} … ${date(each.to)}`;
    return (
      <Fragment key={each.id}>
        <h3 className="titled">
          {title} <Provenance source={each.source} asOf={each.to} />
        </h3>
        {ids.every(Boolean) && own.some((one) => !one) && (
          <p className="soft note">
            Only one of both was held to this window: they cannot be compared on it.
          </p>
        )}
        <Table
          label={`Champion against candidate on ${title}`}
          head={['held out', ...headOf(ids), { name: 'naive baseline', kind: 'number' }]}
          rows={skillRows(own).map((cells) =>
            cells.map((cell) =>
              cell === LEAK ? (
                <Badge key={cell} tone="failed">
                  {cell}
                </Badge>
              ) : (
                cell
              ),
            ),
          )}
        />
        <details>
          <summary>Calibration of both</summary>
          <div className="halves">{own.map((one) => one && <Named key={one.id} of={one} />)}</div>
        </details>
      </Fragment>
    );
  });
}

function Named({ of }: { of: Evaluation }) {
  return (
    <div>
      <p className="soft note">{of.model}</p>
      {of.calibration ? <Calibration of={of} /> : <Empty>Calibration was not measured.</Empty>}
    </div>
  );
}
