import { rssSettings } from '../../domain/news/mapping.js';
import type { SourceKind } from './kind.js';
import { fetchFeed } from './rss.js';
import { checkSettings, schemaOf } from './settings.js';

/** RSS, Atom and what else a feed reader reads. */
export const rss: SourceKind = {
  kind: 'rss',
  summary: 'A feed that a site publishes for feed readers',
  schema: schemaOf(rssSettings),
  file: null,
  check: (given) => checkSettings('rss', rssSettings, given),
  hostOf: ({ url }) => new URL(String(url)).host,
  addressOf: ({ url }) => String(url),
  windowed: () => false,
  fetchPage: ({ source, cursor, range: _, ...request }, { http }) =>
    fetchFeed(http, { feed: source.id, address: cursor ?? String(source.settings['url']), ...request }),
};
