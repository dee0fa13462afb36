import { decoded } from '../addresses';
import { client, dataOf, useLoaded } from '../api';
import { Comparison } from '../models/comparison';
import { nameOf, type Evaluation, type Version } from '../models/kinds';
import { Leaderboard } from '../models/leaderboard';
import { RegistryState, useAliases } from '../models/registry';
import { Running } from '../models/running';
import { Tunings } from '../models/tunings';
import { OneVersion } from '../models/version';
import { VersionTable } from '../models/versions';
import { Card, Empty, Heading, InView, State, type PageProps } from '../parts';

/** Versions ranked beside naive baselines, two of them compared, and one closer. */
export function Models({ rest }: PageProps) {
  const models = useLoaded(
    'models',
    async () => dataOf(await client.GET('/models', { params: { query: { limit: 200 } } })),
    10_000,
  );
  const evaluations = useLoaded(
    'evaluations',
    async () => dataOf(await client.GET('/evaluations', { params: { query: { limit: 200 } } })),
    10_000,
  );
  const aliases = useAliases();
  const items: Version[] = models.data?.items ?? [];
  const measured: Evaluation[] = evaluations.data?.items ?? [];
  const forecasters = items.filter((each) => each.task === 'forecast');
  const asked = decoded(rest[0]);
  const shown = forecasters.find((each) => nameOf(each) === asked) ?? (asked ? undefined : forecasters[0]);
  const name = shown && nameOf(shown);
  return (
    <>
      <Heading
        title="Models"
        about="Trained versions, and their skill beside naive baselines on held-out data."
      />
      <Running />
      {evaluations.data && <Leaderboard evaluations={measured} versions={items} shown={name} />}
      <Card title="Versions">
        <State
          of={models}
          isEmpty={items.length === 0}
          empty="No model has been trained yet: start the main job on the overview."
        />
        <VersionTable items={items} shown={name} aliases={aliases} />
        <RegistryState />
      </Card>
      <Tunings />
      {forecasters.length > 0 && <Comparison versions={forecasters} evaluations={measured} />}
      {shown && (
        <InView key={shown.id} isAsked={asked !== ''}>
          <OneVersion of={shown} evaluations={measured} aliases={aliases.get(shown.id) ?? []} />
        </InView>
      )}
      {models.data && asked && !shown && (
        <Card title={asked}>
          <Empty>No version of this name is stored.</Empty>
        </Card>
      )}
    </>
  );
}
