import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CODE_MS, publicKeyOf, signCode, type ApprovalClaims } from '../domain/deployment/approval.js';
import { DataQualityError, messageOf, UnreachableError } from '../domain/errors.js';
import type { ApprovalsPort } from './ports-approvals.js';
import type { DocumentsPort } from './ports-documents.js';

/** Nobody but the owner reads or writes it. */
const OWN_FILE = 0o600;
const OWN_DIRECTORY = 0o700;
const OTHERS = 0o077;

export const approvalKeyFile = (dataDir: string): string => join(dataDir, 'keys', 'approval.ed25519');

/**
 * Approval codes by an Ed25519 key in a file of its own, which is made at the first use. The public half goes into the
 * documents, where the stories read it: whoever reads documents and histories can check codes and make none.
 */
export function openApprovals(options: {
  file: string;
  documents: Pick<DocumentsPort, 'upsert'>;
  now?: () => number;
}): ApprovalsPort {
  const { file, documents, now = () => Date.now() } = options;
  let held: string | null = null;
  const known = async (): Promise<string> => {
    const secret = (held ??= readSecret(file));
    await documents.upsert('approvalKeys', [{ ...publicKeyOf(secret), usedAt: now() }]);
    return secret;
  };
  return {
    ready: async () => void (await known()),
    async issue(wanted) {
      const secret = await known();
      const nonce = randomBytes(16).toString('hex');
      const claims: ApprovalClaims = { ...wanted, expiresAt: now() + CODE_MS, nonce };
      return { code: signCode(secret, claims), claims };
    },
  };
}

/** @throws UnreachableError where it cannot be read, DataQualityError where it is no key or others may read it */
function readSecret(file: string): string {
  try {
    if (!existsSync(file)) make(file);
    if (process.platform !== 'win32' && (statSync(file).mode & OTHERS) !== 0)
      throw new DataQualityError(
        `The key of approvals ${file} can be read by others: make a new one (remove the file), or chmod 600 it`,
      );
    const text = readFileSync(file, 'utf8').trim();
    if (/^[0-9a-f]{64}$/.test(text)) return text;
  } catch (error) {
    if (error instanceof DataQualityError) throw error;
    throw new UnreachableError(`The key of approvals ${file} cannot be read: ${messageOf(error)}`);
  }
  throw new DataQualityError(
    `The key of approvals ${file} is no key: it must be 64 hexadecimal digits; remove the file, and another is made`,
  );
}

/** Of two processes that begin at once, one makes it. */
function make(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: OWN_DIRECTORY });
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: OWN_FILE });
    chmodSync(file, OWN_FILE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
