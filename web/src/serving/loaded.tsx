import { client, dataOf, useLoaded } from '../api';
import { nameOf, versionAddress } from '../models/kinds';
import { Badge, Digest, Empty } from '../parts';
import { Table } from '../table';
import type { ServingState } from './kinds';

/** Versions that are ready, by the digest of their file; some are of models that are shipped. */
export function Loaded({ of }: { of: ServingState }) {
  const models = useLoaded('served versions', async () =>
    dataOf(await client.GET('/models', { params: { query: { limit: 200 } } })),
  );
  const digests = [...new Set(of.backends.flatMap((each) => each.loaded))];
  if (digests.length === 0)
    return <Empty>No version is loaded yet: the first request for one loads it.</Empty>;
  return (
    <Table
      label="Loaded versions"
      head={['version', 'stage', 'ONNX sha256', { name: 'at', kind: 'wide' }]}
      rows={digests.map((sha256) => {
        const version = models.data?.items.find((each) => each.onnx.sha256 === sha256);
        const places = of.backends.filter((each) => each.loaded.includes(sha256));
        return [
          version ? (
            <a key="v" href={versionAddress(nameOf(version))}>
              {nameOf(version)}
            </a>
          ) : (
            <span key="v" className="soft">
              not a trained version
            </span>
          ),
          version ? (
            <Badge key="b" tone={version.stage}>
              {version.stage}
            </Badge>
          ) : (
            '–'
          ),
          <Digest key="d" sha256={sha256} />,
          places.map(({ address }) => address).join(', '),
        ];
      })}
    />
  );
}
