/** What a principal may do: each role holds the ones before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks. Carried in the memo of every story and in every audit entry. */
export interface Principal {
  id: string;
  roles: Role[];
  tenant: string;
}

/** Stored in `principals`; the key itself is never stored. */
export interface StoredPrincipal extends Principal {
  name: string;
  /** Hex sha256 of the API key. */
  keySha256: string;
  createdAt: number;
  createdBy: string;
}

export const DEFAULT_TENANT = 'default';

/** On loopback, as long as no key exists: the person at this machine. */
export const LOCAL_PRINCIPAL: Principal = { id: 'local', roles: ['admin'], tenant: DEFAULT_TENANT };

/** The bearer of the configured admin key. */
export const BOOTSTRAP_PRINCIPAL: Principal = { id: 'admin', roles: ['admin'], tenant: DEFAULT_TENANT };

/** Whether the principal holds `role` or one above it. */
export const holdsRole = (principal: Principal, role: Role): boolean =>
  principal.roles.some((held) => ROLES.indexOf(held) >= ROLES.indexOf(role));

/** A test for principals: `[…].filter(requires('operator'))`. */
export const requires =
  (role: Role) =>
  (principal: Principal): boolean =>
    holdsRole(principal, role);

/** An admin may act for every tenant, others for their own. */
export const mayActFor = (principal: Principal, tenant: string | null): boolean =>
  tenant === null || tenant === principal.tenant || holdsRole(principal, 'admin');

/** The key of `Authorization: Bearer <key>`, else of `X-API-Key`, else null. */
export function keyOfHeaders(headers: {
  authorization?: string | undefined;
  apiKey?: string | undefined;
}): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization?.trim() ?? '')?.[1];
  return bearer ?? (headers.apiKey?.trim() || null);
}

/** Whether a bind address can be reached from this machine only. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
