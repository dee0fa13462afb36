import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { InvalidInputError } from '../../domain/errors.js';

/** What an installation allows beyond the public Internet. */
export interface Allowed {
  /** A name, or everything below it (`.corp.example`); with a port only that one. */
  names: { name: string; port: number | null }[];
  ranges: { address: Address; bits: number; port: number | null }[];
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const LONGEST_ADDRESS = 8192;

/** Ranges that a name may lead to when the name itself is allowed; for all others the address must be. */
const PRIVATE: Record<string, string> = {
  loopback: 'a loopback',
  private: 'a private',
  uniqueLocal: 'a private',
  carrierGradeNat: 'a private (carrier-grade NAT)',
};

/** Where clouds tell their machines' secrets, outside of the link-local range: Azure, Alibaba, Oracle, AWS over IPv6. */
const METADATA = new Set(['168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254']);

const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
]);

/** IPv6 that is routed in public: every older way to write an IPv4 address lies outside of it or has a range of its own. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * An address that a user, a feed or a redirect gave, if it may be asked; of a name, what it leads to is judged at the
 * connection. @throws InvalidInputError saying why not, without what may be secret in it.
 */
export function readAddress(text: string, allowed: Allowed): URL {
  const wrong = (why: string): InvalidInputError =>
    new InvalidInputError(`"${shownAddress(text)}" may not be asked: ${why}`);
  if (text.length > LONGEST_ADDRESS) throw wrong(`it is longer than ${LONGEST_ADDRESS} characters`);
  if (!URL.canParse(text)) throw wrong('it is no address; the form is https://<host>/<path>');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw wrong('only http and https are');
  if (url.username || url.password) throw wrong('it holds a user or a password; send them as a header');
  const host = hostOf(url);
  const port = portOf(url);
  const isNamed = allowed.names.some((each) => covers(each, host, port));
  if (METADATA_NAMES.has(host) && !isNamed) throw wrong(`${host} tells a machine's secrets`);
  if (port < 1024 && port !== 80 && port !== 443 && !isNamed && !rangeIsAllowed(host, port, allowed))
    throw wrong(`port ${port} is for other protocols; allow it with FINSIGHT_ALLOW_HOSTS=<host>:${port}`);
  const reason = isIP(host) ? refusalOf({ host, address: host, port }, allowed) : null;
  if (reason) throw wrong(reason);
  return url;
}

/** Why a host's address may not be connected to; null where it may. */
export function refusalOf(
  { host, address, port }: { host: string; address: string; port: number },
  allowed: Allowed,
): string | null {
  if (address.includes('%') || !ipaddr.isValid(address)) return `${host} has an address of one network only`;
  const plain = unwrapped(ipaddr.parse(address));
  if (allowed.ranges.some((each) => covers(each, plain, port))) return null;
  const range = rangeOf(plain);
  if (range === 'unicast') return null;
  if (PRIVATE[range] && allowed.names.some((each) => covers(each, host, port))) return null;
  const kind = PRIVATE[range] ?? `a special (${range})`;
  return `${host} is at ${kind} address; an administrator can allow it with FINSIGHT_ALLOW_HOSTS`;
}

/** Of `10.0.0.0/8`, `[::1]:8080`, `feeds.corp.example`, `*.corp.example:8443`. @throws InvalidInputError naming the entry. */
export function readAllowed(entries: readonly string[]): Allowed {
  const allowed: Allowed = { names: [], ranges: [] };
  for (const entry of entries) {
    const [, bracketed, plain = entry, digits] =
      /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(entry) ?? [];
    const [port, text] = [digits ? Number(digits) : null, bracketed ?? plain];
    const name = text.toLowerCase().replace(/^\*(?=\.)/, '');
    if (isIP(text)) {
      const address = unwrapped(ipaddr.parse(text));
      allowed.ranges.push({ address, bits: address.kind() === 'ipv4' ? 32 : 128, port });
    } else if (ipaddr.isValidCIDR(text)) {
      const [address, bits] = ipaddr.parseCIDR(text);
      allowed.ranges.push({ address, bits, port });
    } else if (/^\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name) && !/^[\d.]+$/.test(name))
      allowed.names.push({ name, port });
    else
      throw new InvalidInputError(
        `Unreadable "${entry}"; right are a host, *.<host>, an address or a CIDR such as 10.0.0.0/8, with or without :<port>`,
      );
  }
  return allowed;
}

/** An address as it may be shown: without user, password, and what is behind its question mark. */
export function shownAddress(text: string): string {
  const plain = text
    .replace(/[?#].*$/s, (rest) => (rest.startsWith('?') ? '?…' : ''))
    .replace(/\/\/[^/]*@/, '//');
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain;
}

/** Without the brackets of IPv6 and the dot at the end that means the same name. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

export const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

function rangeOf(address: Address): string {
  if (METADATA.has(address.toString())) return 'metadata';
  const range = address.range();
  if (address.kind() === 'ipv6' && range === 'unicast' && !address.match(GLOBAL_UNICAST)) return 'reserved';
  return range;
}

/** IPv4 in its mapped form, or behind the NAT64 of a network without IPv4, is judged as what it leads to. */
function unwrapped(address: Address): Address {
  if (address instanceof ipaddr.IPv4) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address.match(NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

type Entry = Allowed['names'][number] | Allowed['ranges'][number];

function covers(entry: Entry, place: Address | string, port: number): boolean {
  if (entry.port !== null && entry.port !== port) return false;
  if ('name' in entry)
    return entry.name.startsWith('.') ? String(place).endsWith(entry.name) : String(place) === entry.name;
  return (
    typeof place !== 'string' &&
    place.kind() === entry.address.kind() &&
    place.match(entry.address as never, entry.bits)
  );
}

/** Of an address that it is allowed, of a name that its port is: what the name leads to is not known yet. */
const rangeIsAllowed = (host: string, port: number, allowed: Allowed): boolean =>
  allowed.ranges.some((each) =>
    isIP(host) ? covers(each, unwrapped(ipaddr.parse(host)), port) : each.port === port,
  );
