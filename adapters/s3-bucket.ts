import { UnreachableError } from '../domain/errors.js';
import { statusOf, type S3Connection } from './s3.js';

const ABANDONED_UPLOAD_DAYS = 2;

/**
 * Makes the bucket as its address wants it: it is there; with `sse` it encrypts what is written; with `versions` it
 * keeps what is replaced for so many days; uploads that were given up are removed. Doing it again changes nothing.
 * Rules of the bucket that are not ours stay.
 */
export async function ensureBucket(connection: S3Connection): Promise<void> {
  const { bucket: Bucket, encryption, versionDays } = connection;
  await createBucket(connection);
  if (encryption)
    await connection.use((client, s3) =>
      client.send(
        new s3.PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: encryption } }],
          },
        }),
      ),
    );
  if (versionDays !== undefined)
    await connection.use((client, s3) =>
      client.send(
        new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      ),
    );
  await putLifecycle(connection);
}

/** A new bucket gets its settings; those of one that is there are its owner's. */
export async function readyBucket(connection: S3Connection): Promise<void> {
  const made = await createBucket(connection).catch((error: unknown) => {
    // While the first endpoint does not answer, writes go to the second.
    if (connection.fallback && error instanceof UnreachableError) return 'there' as const;
    throw error;
  });
  if (made === 'made') await ensureBucket(connection);
}

/** Creates the bucket where it is not there; settings of one that is there are left alone. */
async function createBucket({ bucket: Bucket, region, use }: S3Connection): Promise<'made' | 'there'> {
  return use(
    async (client, s3) => {
      const there = await client.send(new s3.HeadBucketCommand({ Bucket })).then(
        () => true,
        (error: unknown) => {
          if (statusOf(error) === 404) return false;
          // A key may be good for the objects only.
          if (statusOf(error) === 403) return true;
          throw error;
        },
      );
      if (there) return 'there';
      // AWS refuses its own first region as a constraint.
      const elsewhere =
        region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as never } };
      await client.send(new s3.CreateBucketCommand({ Bucket, ...elsewhere })).catch((error: unknown) => {
        // Another process was faster.
        if (!(error instanceof s3.BucketAlreadyOwnedByYou)) throw error;
      });
      return 'made';
    },
    { failover: false },
  );
}

async function putLifecycle({ bucket: Bucket, prefix, versionDays, use }: S3Connection): Promise<void> {
  const id = `finsight ${prefix}`.trim();
  await use(async (client, s3) => {
    const known = await client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })).then(
      (answer) => answer.Rules ?? [],
      (error: unknown) => {
        if (statusOf(error) === 404) return [];
        throw error;
      },
    );
    const ours = {
      ID: id,
      Status: 'Enabled' as const,
      Filter: { Prefix: prefix },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABANDONED_UPLOAD_DAYS },
      ...(versionDays === undefined ? {} : { NoncurrentVersionExpiration: { NoncurrentDays: versionDays } }),
    };
    const Rules = [...known.filter((rule) => rule.ID !== id), ours];
    await client.send(
      new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
    );
  });
}
