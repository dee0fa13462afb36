const TRACKING =
  /^(utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|at_medium|at_campaign|at_custom.*|ref|ref_src|cmpid|ocid|ito)$/i;

/** An address without tracking parameters, fragment and default ports; null where it is not http or above 4096 characters. */
export function canonicalUrl(text: string): string | null {
  const url = text.length <= 4096 && URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return null;
  url.hash = '';
  url.username = '';
  url.password = '';
  url.hostname = url.hostname.replace(/\.$/, '').replace(/^((www|amp|m)\.(?=[^.]+\.))+/, '');
  const kept = [...url.searchParams].filter(([name]) => !TRACKING.test(name));
  url.search = new URLSearchParams(kept.sort(([a], [b]) => (a < b ? -1 : Number(a > b)))).toString();
  url.pathname = url.pathname.replace(/(\/+amp)*\/*$/, '') || '/';
  return url.toString();
}

/** A page that lists articles is the address of none. */
export const isFrontPage = (url: string): boolean => /^https?:\/\/[^/]+\/?$/.test(url);

export const hostOf = (url: string | null | undefined): string =>
  url && URL.canParse(url) ? new URL(url).hostname : '';
