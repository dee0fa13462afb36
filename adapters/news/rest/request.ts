import type { TimeRange } from '../../../domain/bars.js';
import type { MappedSettings, RestSettings } from '../../../domain/news/mapping.js';
import { fillJson, fillText } from '../../../domain/news/templates.js';
import type { HttpRequest } from '../../http/http.js';
import { valuesOf, type PageState } from './paging.js';

export interface Asked {
  state: PageState;
  range: TimeRange;
  /** Of `auth`, where there is one. */
  secret: string | undefined;
}

/** The request of one page. What has no value, such as the cursor of the first page, is left out. */
export function requestOf(settings: RestSettings, { state, range, secret }: Asked): HttpRequest {
  const values = valuesOf(settings.paging, state, range);
  const url = new URL(state.url ?? settings.url);
  // The address of a next page has its parameters already.
  if (state.url === undefined)
    for (const [name, template] of Object.entries(settings.query)) {
      const value = fillText(template, values);
      if (value !== undefined) url.searchParams.set(name, value);
    }
  const request = withSecret(settings, { url, secret });
  if (settings.method === 'GET') return request;
  return { ...request, ...jsonBody(request, fillJson(settings.body ?? {}, values)) };
}

/** Headers and address with the key where it belongs. */
export function withSecret(
  settings: MappedSettings,
  { url, secret }: { url: URL; secret: string | undefined },
): HttpRequest & { headers: Record<string, string> } {
  const headers: Record<string, string> = { accept: 'application/json', ...settings.headers };
  const { auth } = settings;
  if (auth?.in === 'bearer') headers['authorization'] = `Bearer ${secret}`;
  if (auth?.in === 'header') headers[auth.name.toLowerCase()] = `${auth.prefix ?? ''}${secret}`;
  if (auth?.in === 'query' && secret) url.searchParams.set(auth.name, secret);
  return { url: url.toString(), headers };
}

export const jsonBody = (
  { headers = {} }: Pick<HttpRequest, 'headers'>,
  body: unknown,
): Pick<HttpRequest, 'method' | 'headers' | 'body'> => ({
  method: 'POST',
  headers: { ...headers, 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
