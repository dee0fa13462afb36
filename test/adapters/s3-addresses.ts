import { S3_KEYS } from '../../infra/test-servers/seaweedfs.js';
import { newName } from '../servers.js';

/** A new bucket of the test server; `more` are further options of the address. */
export const s3Address = (address: string, more = ''): string =>
  `s3://${S3_KEYS.id}:${S3_KEYS.secret}@${newName()}/some/where?endpoint=http://${address}${more}`;
