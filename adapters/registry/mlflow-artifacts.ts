import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import type { ObjectRef } from '../../domain/models.js';
import { redacted } from '../addresses.js';
import { s3Objects } from '../objects/s3.js';
import type { ObjectsPort } from '../ports.js';
import type { RegistryFile } from '../ports-registry.js';
import type { MlflowClient } from './mlflow-client.js';

/** Files of a run, wherever its experiment keeps them: with the server, or in an S3 bucket. */
export interface MlflowArtifacts {
  /** @throws DataQualityError where the bytes are not those of the digest; nothing is then there */
  put(uri: string, ref: ObjectRef, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  get(uri: string): Promise<AsyncIterable<Uint8Array>>;
  /** Files below a folder, by their paths there. */
  list(uri: string): Promise<RegistryFile[]>;
  close(): Promise<void>;
}

const PROXIED = /^mlflow-artifacts:(\/\/[^/]*)?\/+/;

/** A folder's path behind `/api/2.0/mlflow-artifacts/artifacts/`. */
const proxyPath = (uri: string): string => uri.replace(PROXIED, '');

export function mlflowArtifacts(client: MlflowClient): MlflowArtifacts {
  const bucket: ObjectsPort | null = client.artifacts ? s3Objects(client.artifacts) : null;
  const root = client.artifacts ? new URL(client.artifacts) : null;
  const base = root ? `s3://${root.hostname}/${root.pathname.replace(/^\/+|\/+$/g, '')}` : '';
  /** The bucket and the key, or null where the server passes files on. */
  const inBucket = (uri: string): { objects: ObjectsPort; key: string } | null => {
    if (PROXIED.test(uri)) return null;
    const prefix = `${base.replace(/\/+$/, '')}/`;
    if (bucket && uri.startsWith(prefix)) return { objects: bucket, key: uri.slice(prefix.length) };
    throw new InvalidInputError(
      `MLflow keeps these artifacts at ${redacted(uri)}, where this process cannot write; start it with --serve-artifacts, ` +
        'or name the bucket in REGISTRY_URL: ?artifacts=s3%3A%2F%2F<key>:<secret>@<bucket>/<prefix>',
    );
  };
  return {
    async put(uri, ref, chunks) {
      const place = inBucket(uri);
      if (place) await place.objects.putStream(place.key, chunks, ref.sha256);
      else await client.upload(proxyPath(uri), chunks);
    },
    async get(uri) {
      const place = inBucket(uri);
      return place ? place.objects.stream(place.key) : client.download(proxyPath(uri));
    },
    async list(uri) {
      const place = inBucket(uri);
      if (!place) return listProxied(client, proxyPath(uri));
      const folder = `${place.key}/`;
      const found = await place.objects.entries(folder);
      return found.map(({ key, bytes }) => ({ path: key.slice(folder.length), bytes }));
    },
    async close() {
      await bucket?.close();
    },
  };
}

interface Listed {
  files?: { path: string; is_dir: boolean; file_size?: number | string }[];
}

/** The server lists one folder at a time, and a folder that is not there as an empty one or as none. */
async function listProxied(client: MlflowClient, folder: string, below = ''): Promise<RegistryFile[]> {
  const { files = [] } = await client
    .get<Listed>('/api/2.0/mlflow-artifacts/artifacts', { path: folder })
    .catch((error: unknown) => {
      if (error instanceof NotFoundError) return {} as Listed;
      throw error;
    });
  const found: RegistryFile[] = [];
  for (const { path, is_dir, file_size } of files) {
    const name = path.split('/').at(-1) ?? path;
    if (is_dir) found.push(...(await listProxied(client, `${folder}/${name}`, `${below}${name}/`)));
    else found.push({ path: below + name, bytes: Number(file_size ?? 0) });
  }
  return found;
}
