import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson, sha256Hex } from '../digest.js';
import { fromBase64url, toBase64url } from './base64url.js';

/** What a code lets its principal do: approve or reject, or roll back. */
export type CodeAction = 'decide' | 'rollback';

export interface ApprovalClaims {
  action: CodeAction;
  principal: string;
  /** The model's name. */
  model: string;
  /** `mdl_<name>@<version>`: of what is decided on, or is to be served no longer. */
  candidate: string;
  /** Empty where the code is for a rollback. */
  evidenceSha256: string;
  /** Epoch ms. */
  expiresAt: number;
  /** Of 128 random bits: a code is taken once. */
  nonce: string;
}

export interface PublicKey {
  id: string;
  /** Hex, 32 bytes. */
  publicKey: string;
}

/** Why something is not taken; `kind` is the name of the error that it becomes. `NotYetError`: it may be taken in a moment. */
export interface Refusal {
  kind: 'InvalidInputError' | 'ForbiddenError' | 'ConflictError' | 'NotYetError';
  reason: string;
}

const FORMAT = 'fsa1';
const MOST_CHARACTERS = 2000;
/** So long at most is a code good for. */
export const CODE_MS = 15 * 60_000;

/** @param secretKey hex, 32 bytes */
export function publicKeyOf(secretKey: string): PublicKey {
  const publicKey = bytesToHex(ed25519.getPublicKey(hexToBytes(secretKey)));
  return { id: sha256Hex(publicKey).slice(0, 16), publicKey };
}

/** `fsa1.<key id>.<claims>.<signature>`; Ed25519 (RFC 8032) over all before the last point. */
export function signCode(secretKey: string, claims: ApprovalClaims): string {
  const body = `${FORMAT}.${publicKeyOf(secretKey).id}.${toBase64url(utf8ToBytes(canonicalJson(claims)))}`;
  return `${body}.${toBase64url(ed25519.sign(utf8ToBytes(body), hexToBytes(secretKey)))}`;
}

/** The claims of a code that one of the keys has signed, or why it is none. */
export function readCode(code: unknown, keys: readonly PublicKey[]): ApprovalClaims | Refusal {
  if (typeof code !== 'string' || code.length > MOST_CHARACTERS)
    return invalid('"code" must be an approval code, as POST /deployments/{id}/approval-code issues it');
  const [format, keyId = '', body = '', signature = '', ...more] = code.trim().split('.');
  const claimed = fromBase64url(body);
  const signed = fromBase64url(signature);
  if (format !== FORMAT || more.length > 0 || !claimed || !signed || signed.length !== 64)
    return invalid(`The code is no approval code: it must be ${FORMAT}.<key>.<claims>.<signature>`);
  const key = keys.find(({ id }) => id === keyId);
  if (!key)
    return {
      kind: 'NotYetError',
      reason: `The code is signed by the key "${keyId.slice(0, 16)}", which is not known here: ask the API of this platform for one; a new key is known after some seconds`,
    };
  const bytes = utf8ToBytes(`${FORMAT}.${keyId}.${body}`);
  if (!ed25519.verify(signed, bytes, hexToBytes(key.publicKey)))
    return forbidden('The signature of the code is wrong: it was changed, or is not of this platform');
  return JSON.parse(textOf(claimed)) as ApprovalClaims;
}

export const isRefusal = (value: object): value is Refusal => 'kind' in value && 'reason' in value;

/** What is decided on, as the story knows it. */
export interface Decidable {
  action: CodeAction;
  model: string;
  candidate: string | null;
  evidenceSha256: string | null;
  /** The principal who trained the candidate; null where nobody knows. */
  trainedBy: string | null;
  /** Of the deployment's policy; a rejection and a rollback need no second person. */
  fourEyes: boolean;
}

/** Why a code does not let its bearer do this, or whom it stands for. `now`: epoch ms. */
export function checkCode(args: {
  code: unknown;
  /** As given beside the code; undefined where it is left out. */
  evidenceSha256?: unknown;
  keys: readonly PublicKey[];
  spent: readonly string[];
  decidable: Decidable;
  now: number;
}): ApprovalClaims | Refusal {
  const { decidable, spent, now } = args;
  const claims = readCode(args.code, args.keys);
  if (isRefusal(claims)) return claims;
  const { action, model, candidate, evidenceSha256 } = decidable;
  if (claims.action !== action) return forbidden(`The code is for "${claims.action}", not for "${action}"`);
  if (claims.model !== model) return forbidden(`The code is for the model ${claims.model}, not for ${model}`);
  if (claims.candidate !== candidate)
    return forbidden(`The code is for ${claims.candidate}; what is decided on is ${candidate ?? 'nothing'}`);
  if (!(claims.expiresAt > now))
    return forbidden(`The code has expired at ${new Date(claims.expiresAt).toISOString()}; ask for another`);
  const wanted = args.evidenceSha256;
  if (action === 'decide' && (claims.evidenceSha256 !== evidenceSha256 || wanted !== evidenceSha256))
    return forbidden(
      `The evidence is ${evidenceSha256 ?? 'not complete'}; the code is for ${claims.evidenceSha256} and "evidenceSha256" is ${typeof wanted === 'string' ? wanted.slice(0, 64) : 'not given'}: all three must be the same`,
    );
  if (spent.includes(claims.nonce)) return forbidden('The code was used before; ask for another');
  return fourEyesRefusal(claims.principal, decidable) ?? claims;
}

/** Two people: who trained a version does not approve it. */
export function fourEyesRefusal(
  principal: string,
  { fourEyes, trainedBy, candidate }: Pick<Decidable, 'fourEyes' | 'trainedBy' | 'candidate'>,
): Refusal | null {
  if (!fourEyes) return null;
  if (trainedBy === null)
    return forbidden(
      `Nobody knows who trained ${candidate ?? 'it'}, so that a second person cannot be told from the first: train it by the API, or deploy with the policy fourEyes: false`,
    );
  if (trainedBy === principal)
    return forbidden(
      `${principal} trained ${candidate ?? 'it'} and cannot approve it: another principal must (policy fourEyes)`,
    );
  if (principal === 'local')
    return forbidden(
      'Without API keys everybody is "local", and nobody is a second person: make keys, or deploy with the policy fourEyes: false',
    );
  return null;
}

const invalid = (reason: string): Refusal => ({ kind: 'InvalidInputError', reason });
const forbidden = (reason: string): Refusal => ({ kind: 'ForbiddenError', reason });

/** Of UTF-8 that this file has written. */
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
