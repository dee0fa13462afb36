import { Fact } from '../backtests/judgement';
import { Explanation } from '../forecasts/explanation';
import { moment, number, tiny, whole } from '../format';
import { PageLink } from '../page-link';
import { Badge, Card, Empty, Members, Provenance } from '../parts';
import { Artifacts } from './artifacts';
import { Environment } from './environment';
import { OneEvaluation } from './evaluation';
import { epochsOf, flattened, nameOf, type Evaluation, type Version } from './kinds';
import { Losses } from './losses';

interface Shown {
  of: Version;
  evaluations: Evaluation[];
  /** That lead to it. */
  aliases: string[];
}

/** One version closer: how it was trained, and its evaluations. */
export function OneVersion({ of, evaluations, aliases }: Shown) {
  const own = evaluations.filter((each) => each.model === nameOf(of));
  return (
    <>
      <Card
        title={
          <>
            {nameOf(of)} <Badge tone={of.stage}>{of.stage}</Badge>{' '}
            {aliases.map((each) => (
              <span key={each} title="An alias that leads to it">
                <Badge tone="recorded">{each}</Badge>{' '}
              </span>
            ))}
          </>
        }
        aside={<Provenance source={of.source} asOf={of.createdAt} />}
      >
        <p className="filters actions">
          <PageLink
            address={`/api/v1/models/${encodeURIComponent(of.id)}/card?format=html`}
            name="Model card"
          />
          <a className="button" href={`#/deployments/start/${encodeURIComponent(nameOf(of))}`}>
            Deploy
          </a>
        </p>
        <Training of={of} />
        <Environment of={of} />
        <Artifacts id={of.id} />
        <Explanation id={of.id} />
      </Card>
      {own.length === 0 && (
        <Card title={`Evaluations of ${nameOf(of)}`}>
          <Empty>This version has not been evaluated yet.</Empty>
        </Card>
      )}
      {own.map((each) => (
        <OneEvaluation key={each.id} of={each} />
      ))}
    </>
  );
}

function Training({ of }: { of: Version }) {
  const { rows, parameters, bestEpoch, stopped } = of.training as {
    rows?: { train?: number; validation?: number; test?: number };
    parameters?: number;
    bestEpoch?: number;
    stopped?: string;
  };
  const epochs = epochsOf(of);
  const settings = flattened(of.spec).filter(([name]) => !name.startsWith('dataset.'));
  return (
    <>
      <dl className="row">
        <Fact name="Kind" value={of.kind} />
        <Fact name="Trained" value={moment(of.createdAt)} />
        <Fact name="Seconds" value={number(of.seconds, 3)} />
        {rows?.train !== undefined && <Fact name="Training rows" value={whole(rows.train)} />}
        {parameters !== undefined && <Fact name="Weights" value={whole(parameters)} />}
        {epochs.length > 0 && (
          <Fact
            name="Epochs"
            value={`${epochs.length}${bestEpoch === undefined ? '' : `, best ${bestEpoch}`}`}
            title="Of the least validation loss"
          />
        )}
        {stopped && <Fact name="Ended" value={stopped} />}
        <Fact name="Validation loss" value={number(lossOf(of), 4)} />
        <Fact name="ONNX parity" value={tiny(of.parityMaxAbs)} title="Largest difference to the export" />
        <Fact name="Features" value={of.featureVersion} />
      </dl>
      <Losses of={[of]} />
      <details>
        <summary>Settings</summary>
        <Members of={settings} />
      </details>
    </>
  );
}

/** Of the epoch that was kept. */
export function lossOf(of: Version): number | null {
  const epochs = epochsOf(of);
  const best = epochs.find(({ epoch }) => epoch === of.training['bestEpoch']) ?? epochs.at(-1);
  return best?.validationLoss ?? null;
}
