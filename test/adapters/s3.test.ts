import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DeleteBucketLifecycleCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3Objects } from '../../adapters/objects/s3.js';
import { ensureBucket } from '../../adapters/s3-bucket.js';
import { readS3Address } from '../../adapters/s3-address.js';
import { s3Connection } from '../../adapters/s3.js';
import { s3Series } from '../../adapters/series/s3.js';
import { DataQualityError, InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import { freePorts } from '../../infra/test-servers/server.js';
import { realServer } from '../servers.js';
import { ALWAYS, bars, live, newStream } from './made-streams.js';
import { s3Address } from './s3-addresses.js';

const { server, reason } = await realServer('buckets s3:', seaweedfs);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const address = (more = ''): string => s3Address(server?.address ?? '', more);
const thrownBy = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe.skipIf(reason !== null)(`an S3 bucket ${reason ?? ''}`, () => {
  it('gives links that anyone may follow, for a while, and to that object only', async () => {
    const objects = s3Objects(address());
    await objects.put('a/secret', bytes('abc'));
    await objects.put('a/other', bytes('other'));
    const link = (await objects.link?.('a/secret', 60)) ?? '';
    expect(await (await fetch(link)).text()).toBe('abc');
    expect((await fetch(link.replace('a/secret', 'a/other'))).status).toBe(403);
    expect((await fetch(link, { method: 'PUT', body: 'x' })).status).toBe(403);
    const short = (await objects.link?.('a/secret', 1)) ?? '';
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect((await fetch(short)).status).toBe(403);
    await objects.close();
  });

  it('hands on no bytes that are not those stored', async () => {
    const at = address();
    const [objects, connection] = [s3Objects(at), s3Connection(at)];
    const { sha256 } = await objects.put('a', bytes('true'));
    const put = {
      Bucket: connection.bucket,
      Key: connection.keyOf('a'),
      Body: 'false',
      Metadata: { sha256 },
    };
    await connection.use((client) => client.send(new PutObjectCommand(put)));
    expect(await thrownBy(objects.get('a'))).toBeInstanceOf(DataQualityError);
    await connection.use((client) => client.send(new PutObjectCommand({ ...put, Metadata: {} })));
    expect((await objects.head('a'))?.bytes).toBe(5);
    await Promise.all([objects.close(), connection.close()]);
  });

  it('is made as its address says, twice without harm, and rules of others stay', async () => {
    const connection = s3Connection(address('&sse=AES256&versions=30'));
    const { bucket: Bucket, use } = connection;
    await ensureBucket(connection);
    const foreign = {
      ID: 'theirs',
      Status: 'Enabled' as const,
      Filter: { Prefix: 'x/' },
      Expiration: { Days: 9 },
    };
    await use(async (client) => {
      await client.send(new DeleteBucketLifecycleCommand({ Bucket }));
      const LifecycleConfiguration = { Rules: [foreign] };
      await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
    });
    await ensureBucket(connection);
    await ensureBucket(connection);
    await use(async (client) => {
      expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
      const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      expect(Rules?.map(({ ID }) => ID).sort()).toEqual(['finsight some/where/', 'theirs']);
      expect(Rules?.find(({ ID }) => ID !== 'theirs')?.NoncurrentVersionExpiration?.NoncurrentDays).toBe(30);
      const encryption = await client.send(new GetBucketEncryptionCommand({ Bucket }));
      const [rule] = encryption.ServerSideEncryptionConfiguration?.Rules ?? [];
      expect(rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
    });
    await connection.close();
  });

  it('is used by its second endpoint while the first does not answer; series then only read', async () => {
    const [port] = await freePorts(1);
    const whole = address();
    const stream = newStream();
    const written = bars(3, stream);
    const direct = s3Series(whole);
    await direct.write({ stream, bars: written, source: live });
    const second = `http://${server?.address}`;
    const failing = whole.replace(second, `http://127.0.0.1:${port}&fallback=${second}`);
    const [objects, series] = [s3Objects(failing), s3Series(failing)];
    await objects.put('a', bytes('abc'));
    expect(await objects.get('a')).toEqual(bytes('abc'));
    expect(await series.read({ stream, source: live, range: ALWAYS, asOf: Infinity })).toEqual(written);
    const write = series.write({ stream, bars: bars(4, stream), source: live });
    expect(await thrownBy(write)).toBeInstanceOf(UnreachableError);
    await Promise.all([objects.close(), series.close(), direct.close()]);
  });

  it('says who refuses, without the secret', async () => {
    const wrong = s3Objects(address().replace(/:[^:@]+@/, ':not-the-secret@'));
    const error = await thrownBy(wrong.put('a', bytes('x')));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(String(error)).toMatch(/refuses this key: SignatureDoesNotMatch/);
    expect(String(error)).not.toContain('not-the-secret');
    await wrong.close();
  });
});

it('a server that ignores conditions is not trusted with bars', async () => {
  const careless = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(200, { etag: '"x"' }).end());
  });
  await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
  const { port } = careless.address() as AddressInfo;
  const series = s3Series(`s3://a:b@bars?endpoint=http://127.0.0.1:${port}`);
  const stream = newStream();
  const error = await thrownBy(series.write({ stream, bars: bars(1, stream), source: live }));
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(String(error)).toMatch(/ignores conditional puts/);
  await series.close();
  careless.closeAllConnections();
  careless.close();
});

it.each([
  ['s3:bucket', /names no bucket/],
  ['s3://key@bucket', /a key has an id and a secret/],
  ['s3://bucket?endpiont=http://x', /unknown option "endpiont", known: endpoint/],
  ['s3://bucket?endpoint=x', /endpoint must be an http address/],
  ['s3://bucket?sse=rot13', /neither AES256 nor aws:kms/],
  ['s3://a:secret@bucket?versions=many', /^(?!.*secret@).*versions must be a number of days/],
])('%s is refused', (given, message) => {
  expect(() => readS3Address(given)).toThrow(message);
  expect(() => readS3Address(given)).toThrow(InvalidInputError);
});

it('an address is read with its key, prefix and options', () => {
  expect(readS3Address('s3://id:se%2Fcret@bucket/a/b/?region=eu-west-1')).toEqual({
    bucket: 'bucket',
    prefix: 'a/b/',
    endpoint: '',
    fallback: '',
    region: 'eu-west-1',
    keys: { accessKeyId: 'id', secretAccessKey: 'se/cret' },
  });
});
