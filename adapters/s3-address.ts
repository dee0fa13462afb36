import { InvalidInputError } from '../domain/errors.js';
import { redacted } from './addresses.js';

export interface S3Address {
  bucket: string;
  /** Empty, or ends with a slash. */
  prefix: string;
  /** Empty: AWS itself. */
  endpoint: string;
  /** A second endpoint of the same bucket, or empty. */
  fallback: string;
  region: string;
  /** Absent: the SDK's own chain (environment, profile, role). */
  keys?: { accessKeyId: string; secretAccessKey: string };
  /** Server-side encryption asked for with each write. */
  encryption?: 'AES256' | 'aws:kms';
  /** Days after which replaced versions are removed; absent: the bucket keeps no versions. */
  versionDays?: number;
}

const OPTIONS = ['endpoint', 'fallback', 'region', 'sse', 'versions'];
const FORM = 's3://<key id>:<secret>@<bucket>/<prefix>?endpoint=http://host:9000&region=us-east-1';

/**
 * Reads `s3://[<key id>:<secret>@]<bucket>[/<prefix>]` with the options `endpoint`, `fallback`, `region`,
 * `sse` (AES256, aws:kms) and `versions` (days for which replaced objects are kept).
 * @throws InvalidInputError naming what is wrong and the right form.
 */
export function readS3Address(address: string): S3Address {
  const wrong = (what: string): InvalidInputError =>
    new InvalidInputError(`Unusable S3 address ${redacted(address)}: ${what}; the form is ${FORM}`);
  if (!URL.canParse(address)) throw wrong('it is no address');
  const url = new URL(address);
  const options = url.searchParams;
  const unknown = [...options.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw wrong(`unknown option "${unknown}", known: ${OPTIONS.join(', ')}`);
  if (!url.hostname) throw wrong('it names no bucket');
  if (Boolean(url.username) !== Boolean(url.password)) throw wrong('a key has an id and a secret');
  for (const name of ['endpoint', 'fallback'])
    if (options.has(name) && !/^https?:\/\/[^/]+/.test(options.get(name) ?? ''))
      throw wrong(`${name} must be an http address`);
  const encryption = options.get('sse');
  if (encryption !== null && encryption !== 'AES256' && encryption !== 'aws:kms')
    throw wrong(`sse "${encryption}" is neither AES256 nor aws:kms`);
  const versions = options.get('versions');
  if (versions !== null && !/^[1-9]\d*$/.test(versions)) throw wrong('versions must be a number of days');
  const path = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  return {
    bucket: url.hostname,
    prefix: path ? `${path}/` : '',
    endpoint: options.get('endpoint') ?? '',
    fallback: options.get('fallback') ?? '',
    region: options.get('region') ?? 'us-east-1',
    ...(encryption === null ? {} : { encryption }),
    ...(versions === null ? {} : { versionDays: Number(versions) }),
    ...(url.username
      ? {
          keys: {
            accessKeyId: decodeURIComponent(url.username),
            secretAccessKey: decodeURIComponent(url.password),
          },
        }
      : {}),
  };
}
