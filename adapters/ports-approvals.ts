import type { ApprovalClaims } from '../domain/deployment/approval.js';

/** Signs approval codes. Only the API holds one: the secret half of its key never leaves its process and its file. */
export interface ApprovalsPort {
  /** Makes the key where there is none, and its public half known. @throws as `issue` */
  ready(): Promise<void>;
  /** A code for a principal, good for a quarter of an hour. @throws UnreachableError where the key cannot be read or made */
  issue(
    wanted: Omit<ApprovalClaims, 'expiresAt' | 'nonce'>,
  ): Promise<{ code: string; claims: ApprovalClaims }>;
}
