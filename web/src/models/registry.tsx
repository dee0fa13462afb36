import { client, dataOf, useLoaded } from '../api';
import { moment, whole } from '../format';

/** By version, `mdl_<name>@<version>`: the aliases that lead to it. */
export function useAliases(): Map<string, string[]> {
  const found = useLoaded(
    'aliases',
    async () => dataOf(await client.GET('/registry/models', { params: { query: { limit: 200 } } })),
    15_000,
  );
  const aliases = new Map<string, string[]>();
  for (const model of found.data?.items ?? [])
    for (const { alias, version } of model.aliases) {
      const id = `mdl_${model.name}@${version}`;
      aliases.set(id, [...(aliases.get(id) ?? []), alias]);
    }
  return aliases;
}

/** How the registry beside the platform is; nothing where there is none. */
export function RegistryState() {
  const found = useLoaded('registry', async () => dataOf(await client.GET('/registry')), 15_000);
  if (!found.data || found.data.backend === 'documents') return null;
  const { backend, address, reachable, error, waiting, refused, oldestWaitingAt, asOf } = found.data;
  const since = oldestWaitingAt === null ? '' : `, the oldest since ${moment(oldestWaitingAt)}`;
  return (
    <>
      {!reachable && (
        <p className="alert">
          {backend} at {address} does not answer: {error}. What happens here is told to it later.
        </p>
      )}
      <p className="soft note">
        Also registered at {backend}, {address}: {whole(waiting)} changes wait to be told{since}
        {refused > 0 && `, ${whole(refused)} were refused (finsight registry status)`}. As of {moment(asOf)}.
      </p>
    </>
  );
}
