import { client, dataOf, useLoaded, type Schemas } from '../api';
import { change, date, moment, number, percent, quoteOf, range, tiny } from '../format';
import { Badge, Card, Digest, Heading, Provenance, SourceBadge, State } from '../parts';
import { Table } from '../table';

/** Versions with their stage, and each evaluation beside its baselines. */
export function Models() {
  const models = useLoaded('models', async () => dataOf(await client.GET('/models')), 10_000);
  const evaluations = useLoaded(
    'evaluations',
    async () => dataOf(await client.GET('/evaluations', { params: { query: { limit: 12 } } })),
    10_000,
  );
  const items = models.data?.items ?? [];
  return (
    <>
      <Heading
        title="Models"
        about="Trained versions, and their skill beside naive baselines on held-out data."
      />
      <Card title="Versions">
        <State of={models} isEmpty={items.length === 0} empty="No model has been trained yet." />
        <Table
          label="Model versions"
          head={[
            'model',
            'stage',
            'kind',
            'source',
            { name: 'trained', kind: 'number' },
            { name: 'training, s', kind: 'number' },
            { name: 'ONNX parity', kind: 'number', title: 'Largest difference between trainer and export' },
            'dataset',
            'ONNX sha256',
          ]}
          rows={items.map((each) => [
            `${each.name}@${each.version}`,
            <Badge key="b" tone={each.stage}>
              {each.stage}
            </Badge>,
            each.kind,
            <SourceBadge key="s" source={each.source} />,
            moment(each.createdAt),
            number(each.seconds, 3),
            tiny(each.parityMaxAbs),
            each.dataset ? <code key="d">{each.dataset}</code> : '–',
            <Digest key="o" sha256={each.onnx.sha256} />,
          ])}
        />
      </Card>
      <State
        of={evaluations}
        isEmpty={items.length > 0 && evaluations.data?.items.length === 0}
        empty="No version has been evaluated yet."
      />
      {evaluations.data?.items.map((each) => (
        <Evaluation key={each.id} evaluation={each} />
      ))}
    </>
  );
}

/** The client reads pairs as lists. */
type Evaluated = Omit<
  Schemas['Evaluation'],
  'wilson95' | 'baselines' | 'calibration' | 'regimes' | 'byConfidence' | 'folds'
> & {
  wilson95: readonly (number | null)[];
  baselines: (Omit<Schemas['SkillFigures'], 'wilson95'> & { wilson95: readonly (number | null)[] })[];
};

function Evaluation({ evaluation: each }: { evaluation: Evaluated }) {
  const { conformal, profitAfterCosts: profit, pesaranTimmermann, dieboldMariano } = each;
  return (
    <Card
      title={`${each.stream}, held out ${date(each.from)} … ${date(each.to)}`}
      aside={<Provenance source={each.source} asOf={each.to} />}
    >
      <Table
        label={`Skill on ${each.stream}`}
        isCurrent={(row) => row === 0}
        head={[
          'forecaster',
          {
            name: 'direction right',
            kind: 'number',
            title: 'Sign of the forecast change; undefined for persistence',
          },
          { name: '95 % Wilson interval', kind: 'number' },
          { name: `mean abs. error, ${quoteOf(each.stream)}`, kind: 'number' },
          { name: 'n', kind: 'number', title: 'Forecasts of the held-out window' },
        ]}
        rows={[{ ...each, name: each.model }, ...each.baselines].map((row) => [
          row.name,
          percent(row.directionalAccuracy, 2),
          range(row.wilson95, percent),
          number(row.mae),
          row.n.toLocaleString('en-US'),
        ])}
      />
      <dl className="row">
        <div>
          <dt>Horizon</dt>
          <dd>{each.horizonBars} bar(s)</dd>
        </div>
        <div>
          <dt>Pesaran–Timmermann p</dt>
          <dd>{number(pesaranTimmermann.pValue, 3)}</dd>
        </div>
        <div>
          <dt>Diebold–Mariano p</dt>
          <dd>{number(dieboldMariano.pValue, 3)}</dd>
        </div>
        <div>
          <dt>{percent(conformal.coverage, 0)} interval held</dt>
          <dd>{percent(conformal.measuredCoverage)}</dd>
        </div>
        <div>
          <dt>Trading the sign</dt>
          <dd>{change(profit.total)}</dd>
        </div>
        <div>
          <dt>Buy and hold</dt>
          <dd>{change(profit.buyAndHold)}</dd>
        </div>
        <div>
          <dt>Costs a side</dt>
          <dd>
            {profit.feeBps} bps fee + {profit.slippageBps} bps slippage
          </dd>
        </div>
      </dl>
    </Card>
  );
}
