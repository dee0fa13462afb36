/**
 * An address with nothing missing where a base is known, else as written. One that is absolute keeps its path as
 * written: cleaning makes it canonical.
 */
export function resolveAddress(written: string, base: string | null): string {
  const address = written
    .trim()
    .replace(/[\n\r\t]+/g, '')
    .replace(HOST, (host) => host.toLowerCase());
  if (!base || SCHEME.test(address) || !URL.canParse(address, base)) return address;
  return new URL(address, base).toString();
}

/** Scheme and host mean the same in upper case. */
const HOST = /^https?:\/\/[^/?#@]*(?=[/?#]|$)/i;
const SCHEME = /^[a-z][a-z\d+.-]*:/i;

/** Links of one text beyond so many stay as written. */
const MOST_LINKS = 5000;

/** Links and images of HTML, absolute. */
export function resolveLinks(html: string, base: string | null): string {
  if (!base || !html.includes('<')) return html;
  let left = MOST_LINKS;
  return html.replace(TAG, (tag) =>
    left <= 0
      ? tag
      : tag.replace(ADDRESS, (written, before: string, double?: string, single?: string) => {
          left--;
          const address = double ?? single ?? '';
          const whole = resolveAddress(address, base);
          return whole === address ? written : `${before}"${whole.replaceAll('"', '%22')}"`;
        }),
  );
}

const TAG = /<[a-z][^<>]*>/gi;
const ADDRESS = /(\s(?:href|src|cite|longdesc|poster)\s*=\s*)(?:"([^"]*)"|'([^']*)')/gi;
