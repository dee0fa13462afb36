import { InvalidInputError } from '../../domain/errors.js';
import { asksForWindows, restSettings, type RestSettings } from '../../domain/news/mapping.js';
import type { SourceKind } from './kind.js';
import { fetchMapped, secretOf } from './rest/fetch.js';
import { checkPaths } from './rest/items.js';
import { requestOf } from './rest/request.js';
import { checkSettings, schemaOf } from './settings.js';

/** Any JSON over HTTP by a mapping: no code is needed. */
export const rest: SourceKind = {
  kind: 'rest',
  summary: 'JSON over HTTP by a declared mapping: JSONPath, paging, a key, limits',
  schema: schemaOf(restSettings),
  file: null,
  check(given) {
    const settings = checkSettings('rest', restSettings, given);
    checkPaths('rest', settings);
    if (settings.body !== undefined && settings.method === 'GET')
      throw new InvalidInputError('Unusable settings of a rest source: settings.body: needs method POST');
    return settings;
  },
  hostOf: ({ url }) => new URL(String(url)).host,
  addressOf: ({ url }) => String(url),
  windowed: ({ query, body }) => asksForWindows([query, body]),
  verify: async (settings, tools) => void secretOf(settings as RestSettings, tools),
  fetchPage(request, tools) {
    const settings = request.source.settings as RestSettings;
    const steady = settings.method === 'GET' && !asksForWindows(settings.query);
    return fetchMapped(request, tools, {
      settings,
      steady,
      requestOf: (asked) => requestOf(settings, asked),
    });
  },
};
