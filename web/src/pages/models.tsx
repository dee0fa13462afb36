import { client, dataOf, useLoaded } from '../api';
import { date, moment, number, percent } from '../format';
import { Badge, Card, Empty, Failure, Provenance, Table } from '../parts';

type Source = { kind: string; detail: string };
interface Models {
  items: {
    id: string;
    name: string;
    version: string;
    kind: string;
    stage: string;
    parityMaxAbs: number;
    seconds: number;
    createdAt: number;
    source: Source;
  }[];
}
interface Skill {
  name: string;
  n: number;
  mae: number;
  directionalAccuracy: number | null;
  wilson95: (number | null)[];
}
interface Evaluations {
  items: (Skill & {
    id: string;
    model: string;
    stream: string;
    from: number;
    to: number;
    baselines: Skill[];
    conformal: { coverage: number; measuredCoverage: number };
    profitAfterCosts: { total: number; buyAndHold: number; feeBps: number; slippageBps: number };
    source: Source;
  })[];
}

/** Versions with their stage, and each evaluation beside its baselines. */
export function Models() {
  const models = useLoaded('models', async () => dataOf(await client.GET('/models', {})) as Models, 10_000);
  const evaluations = useLoaded(
    'evaluations',
    async () =>
      dataOf(await client.GET('/evaluations', { params: { query: { limit: 12 } } } as never)) as Evaluations,
    10_000,
  );
  return (
    <>
      <Card title="Model versions">
        <Failure error={models.error} />
        {models.data?.items.length === 0 && <Empty>No model trained yet.</Empty>}
        <Table
          head={['model', 'kind', 'stage', 'source', 'trained', 'seconds', 'ONNX parity']}
          rows={(models.data?.items ?? []).map((each) => [
            `${each.name}@${each.version}`,
            each.kind,
            <Badge key="b" tone={each.stage}>
              {each.stage}
            </Badge>,
            each.source.kind,
            moment(each.createdAt),
            number(each.seconds, 3),
            number(each.parityMaxAbs, 2),
          ])}
        />
      </Card>
      <Failure error={evaluations.error} />
      {evaluations.data?.items.map((each) => (
        <Card
          key={each.id}
          title={`${each.stream}, held out ${date(each.from)} … ${date(each.to)}`}
          aside={<Provenance source={each.source} asOf={each.to} />}
        >
          <Table
            head={['forecaster', 'n', 'mean abs. error', 'direction right', '95 % Wilson']}
            rows={[{ ...each, name: each.model }, ...each.baselines].map((row) => [
              row.name,
              row.n,
              number(row.mae),
              percent(row.directionalAccuracy, 2),
              row.wilson95.map((bound) => percent(bound)).join(' … '),
            ])}
          />
          <p className="soft">
            The {percent(each.conformal.coverage, 0)} interval covered{' '}
            {percent(each.conformal.measuredCoverage)}. Trading the sign after {each.profitAfterCosts.feeBps}{' '}
            + {each.profitAfterCosts.slippageBps} bps a side: {percent(each.profitAfterCosts.total)}, buy and
            hold {percent(each.profitAfterCosts.buyAndHold)}.
          </p>
        </Card>
      ))}
    </>
  );
}
