import { client, dataOf, useLoaded, type Schemas } from '../api';
import { Fact } from '../backtests/judgement';
import { chance, fixed, percent, whole } from '../format';
import { Failure } from '../parts';

interface Pair {
  /** `<name>@<version>` of both. */
  names: [string, string];
  stream: string;
}

/** The newest evaluations of two versions on the rows that both have, with tests of their difference. */
export function Paired({ names: [id, other], stream }: Pair) {
  const found = useLoaded(`paired ${id} ${other} ${stream}`, async () =>
    dataOf(
      await client.GET('/evaluations/{id}/against/{other}', {
        params: { path: { id, other }, query: { stream } },
      }),
    ),
  );
  if (!found.data) return <Failure error={found.error} />;
  return <Tests of={found.data} />;
}

type Compared = Pick<
  Schemas['EvaluationComparison'],
  'sentence' | 'rows' | 'n' | 'dieboldMariano' | 'dieboldMarianoCrps' | 'direction'
> & { a: Figures; b: Figures };
type Figures = Pick<
  Schemas['EvaluationComparison']['a'],
  'crps' | 'measuredCoverage' | 'meanWidth' | 'brier'
>;

function Tests({
  of: { sentence, rows, n, a, b, dieboldMariano, dieboldMarianoCrps, direction },
}: {
  of: Compared;
}) {
  const both = (show: (of: Figures) => string): string => `${show(a)}, second ${show(b)}`;
  return (
    <>
      <p className="verdict">{sentence}</p>
      <dl className="row">
        <Fact name="Rows that both have" value={`${whole(rows)}, ${whole(n)} with a direction`} />
        <Fact
          name="Diebold–Mariano p"
          value={chance(dieboldMariano.pValue)}
          title="Of equal squared errors, two-sided"
        />
        <Fact name="The same of the CRPS" value={chance(dieboldMarianoCrps.pValue)} />
        {direction && (
          <Fact
            name="McNemar p of the direction"
            value={chance(direction.pValue)}
            title={`Only the first right ${whole(direction.onlyA)} times, only the second ${whole(direction.onlyB)}`}
          />
        )}
        <Fact name="CRPS" value={both((each) => fixed(each.crps, 4))} />
        <Fact name="Interval held" value={both((each) => percent(each.measuredCoverage))} />
        <Fact
          name="Width"
          value={both((each) => fixed(each.meanWidth, 2))}
          title="In units of volatility·√horizon"
        />
        <Fact name="Brier score" value={both((each) => fixed(each.brier, 4))} />
      </dl>
    </>
  );
}
