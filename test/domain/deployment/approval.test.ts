import { describe, expect, it } from 'vitest';
import {
  checkCode,
  isRefusal,
  publicKeyOf,
  readCode,
  signCode,
  type ApprovalClaims,
  type Decidable,
} from '../../../domain/deployment/approval.js';
import { fromBase64url, toBase64url } from '../../../domain/deployment/base64url.js';

const SECRET = '1'.repeat(64);
const NOW = Date.UTC(2026, 0, 1);
const EVIDENCE = 'e'.repeat(64);
const keys = [publicKeyOf(SECRET)];
const claims: ApprovalClaims = {
  ...{ action: 'decide', principal: 'berta', model: 'm', candidate: 'mdl_m@2', evidenceSha256: EVIDENCE },
  ...{ expiresAt: NOW + 1000, nonce: 'n1' },
};
const decidable: Decidable = {
  ...{ action: 'decide', model: 'm', candidate: 'mdl_m@2', evidenceSha256: EVIDENCE, trainedBy: 'anna' },
  fourEyes: true,
};
const check = (more: Partial<Parameters<typeof checkCode>[0]> = {}) =>
  checkCode({
    ...{ code: signCode(SECRET, claims), evidenceSha256: EVIDENCE, keys, spent: [], decidable, now: NOW },
    ...more,
  });
const reasonOf = (found: ReturnType<typeof check>): string => (isRefusal(found) ? found.reason : 'taken');

describe('base64url', () => {
  it.each([0, 1, 2, 3, 4, 5, 31, 32, 33, 200])('carries %i bytes as Node does', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + 250) % 256);
    const text = Buffer.from(bytes).toString('base64url');
    expect(toBase64url(bytes)).toBe(text);
    expect(fromBase64url(text)).toEqual(bytes);
  });

  it.each(['a', 'ab=', 'a b', 'AB', 'ÄÖ', 'AAF'])('takes no text that is none, or two for one: %s', (text) =>
    expect(fromBase64url(text)).toBeNull(),
  );
});

describe('approval codes', () => {
  it('give back what was signed', () => expect(check()).toEqual(claims));

  // RFC 8032, 7.1, test 1.
  it('are signed by Ed25519', () =>
    expect(publicKeyOf('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60').publicKey).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    ));

  it.each<[string, Parameters<typeof check>[0], RegExp]>([
    ['of another model', { decidable: { ...decidable, model: 'n' } }, /for the model m, not for n/],
    ['of another version', { decidable: { ...decidable, candidate: 'mdl_m@3' } }, /decided on is mdl_m@3/],
    ['for something else', { decidable: { ...decidable, action: 'rollback' } }, /not for "rollback"/],
    ['too late', { now: NOW + 1000 }, /has expired/],
    ['used before', { spent: ['n1'] }, /used before/],
    [
      'for other evidence',
      { decidable: { ...decidable, evidenceSha256: 'f' } },
      /all three must be the same/,
    ],
    ['beside another digest', { evidenceSha256: 'f' }, /all three must be the same/],
    ['without a digest', { evidenceSha256: undefined }, /not given/],
    ['of who trained it', { decidable: { ...decidable, trainedBy: 'berta' } }, /berta trained mdl_m@2/],
    ['where nobody knows the trainer', { decidable: { ...decidable, trainedBy: null } }, /Nobody knows who/],
    ['by a key that is not known', { keys: [publicKeyOf('2'.repeat(64))] }, /not known here/],
    ['that is none', { code: 12 }, /must be an approval code/],
    ['that is endless', { code: 'a'.repeat(5000) }, /must be an approval code/],
    ['that is of another form', { code: 'fsa2.a.b.c' }, /is no approval code/],
  ])('are refused %s', (_, more, reason) => expect(reasonOf(check(more))).toMatch(reason));

  it('are refused where a single character was changed', () => {
    const code = signCode(SECRET, claims);
    const [format, id, , signature] = code.split('.');
    const forged = toBase64url(new TextEncoder().encode(JSON.stringify({ ...claims, principal: 'carl' })));
    expect(reasonOf(check({ code: [format, id, forged, signature].join('.') }))).toMatch(/signature/);
    for (let at = code.length - 80; at < code.length; at += 13) {
      const other = code[at] === 'A' ? 'B' : 'A';
      const found = readCode(code.slice(0, at) + other + code.slice(at + 1), keys);
      expect(isRefusal(found), String(at)).toBe(true);
    }
  });

  it('need no second person where the policy says so, and "local" is none', () => {
    const mine = { ...claims, principal: 'local' };
    const code = signCode(SECRET, mine);
    expect(reasonOf(check({ code }))).toMatch(/everybody is "local"/);
    expect(check({ code, decidable: { ...decidable, fourEyes: false } })).toEqual(mine);
  });
});
