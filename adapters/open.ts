import { randomUUID } from 'node:crypto';
import type { Source } from '../domain/sources.js';
import { UnreachableError } from '../domain/errors.js';
import { formatSource } from '../domain/sources.js';
import { openSweeps } from './backtest/index.js';
import { openCache } from './cache/index.js';
import { openCatalogue } from './catalogue.js';
import { openChannels } from './channels/index.js';
import type { Config } from './config.js';
import { lockDigests, machineFigures, machineOf } from './machine.js';
import { openDocuments } from './documents/index.js';
import { readSentimentPoints } from './documents/points.js';
import { openEngines } from './engines/index.js';
import { openEvents } from './events/index.js';
import { fileFormats } from './formats/index.js';
import { chooseSource } from './markets/choice.js';
import { openHttp } from './http/client.js';
import { openLineage } from './lineage/index.js';
import { openMarkets } from './markets/index.js';
import { openNear } from './near/index.js';
import { openNewsReads } from './news-reads.js';
import { openNews, openNewsSources } from './news/index.js';
import { openLexicon } from './news/lexicon.js';
import { readPageItem } from './news/pages.js';
import { openObjects } from './objects/index.js';
import type { Closable, Ports } from './ports.js';
import { strategyFiles } from './sandbox/quickjs.js';
import { pythonSuggestions } from './suggesting.js';
import { openSeries } from './series/index.js';
import { countReads } from './series/reads.js';
import { readCardFigures } from './serving/card-figures.js';
import type { FallbackChange } from './serving/balanced.js';
import { openServing } from './serving/index.js';
import { openSentiment } from './sentiment/index.js';
import { openSentimentIndexes } from './sentiment-index.js';
import { parquetTables } from './tables.js';
import { openStorage } from './storage.js';
import { openMirror } from './registry/mirror.js';
import { documentRegistry } from './registry/documents.js';
import { documentTracking } from './tracking/documents.js';
import { readMlState } from './toolchain.js';
import { codeVersion } from './version.js';

/** Readers of documents that need no port. */
export { parseCsv } from './csv.js';
export { discoverFeeds } from './news/discovery.js';
export { decodeXml } from './news/encoding.js';
export { MAX_FEED_BYTES, parseFeed } from './news/feeds/parse.js';

export { checkServingAddress } from './serving/check-address.js';
export { loadSentimentDirectory } from './serving/shipped.js';
export { measured, measuresText } from './measures.js';

export { approvalKeyFile, openApprovals } from './approvals.js';
export { machineFigures } from './machine.js';
export { redacted } from './addresses.js';
export { ensureStores } from './ensure.js';
export { moveStore } from './move.js';

/** Every port by its configured address; nothing is connected before it is used. */
export function openPorts(config: Config): Ports {
  const cache = openCache(config.cacheUrl);
  const objects = openObjects(config.objectsUrl);
  const sources = new Map<string, Closable>();
  const bySource = <T extends Closable>(name: string, source: Source, open: () => T): T => {
    const key = `${name} ${formatSource(source)}`;
    const opened = (sources.get(key) as T | undefined) ?? open();
    sources.set(key, opened);
    return opened;
  };
  const http = openHttp({ cache, allow: config.allowHosts, contact: config.contact });
  const documents = openDocuments(config.documentsUrl);
  const newsSources = openNewsSources(config, { documents, cache, http });
  const events = openEvents(config.eventsUrl, { documentsUrl: config.documentsUrl, documents });
  const told = (change: FallbackChange): void => {
    const { type, at, address, reason } = change;
    // What answers goes on where this cannot be told.
    events.publish([{ id: randomUUID(), type, at, payload: { address, reason } }]).catch(() => undefined);
  };
  const serving = openServing(config.servingUrl, { objects }, { told });
  const { sentiment, sentimentModels } = openSentiment({
    serving,
    objects,
    documents,
    cache,
    llm: config.llm,
  });
  const mirror = openMirror(config.registryUrl, { documents, objects });
  const own = {
    documents,
    near: openNear(config.documentsUrl),
    events,
    channels: openChannels({ http, smtp: config.smtp }),
    series: countReads(openSeries(config.seriesUrl), documents),
    tables: parquetTables(),
    sweeps: openSweeps(),
    serving,
    sentiment,
    cache,
    objects,
    http,
  };
  return {
    ...own,
    sentimentModels,
    lineage: openLineage(own, { keepAnswers: config.keepAnswers }),
    catalogue: openCatalogue(config, cache),
    storage: openStorage(config),
    engines: openEngines(),
    newsReads: openNewsReads({ documents, cache, sources: newsSources }),
    sentimentPoints: (request) => readSentimentPoints(own.documents, request),
    sentimentFigures: (model) => readCardFigures(model, objects),
    sentimentIndex: openSentimentIndexes({ ...own, weights: config.sentimentWeights }),
    formats: fileFormats(),
    strategyFiles: strategyFiles(),
    suggestions: pythonSuggestions(),
    // What is logged and registered here must not wait for another server; the mirror is told of it afterwards.
    tracking: documentTracking(documents),
    registry: documentRegistry({ documents, objects }),
    mirror,
    markets: (source) => bySource('markets', source, () => openMarkets(source, { config, cache })),
    news: (source) => bySource('news', source, () => openNews(source, newsSources)),
    sources: newsSources,
    readPageItem,
    lexicon: openLexicon(config.instrumentsFile),
    chooseSource: () => chooseSource(config),
    trainer: () => trainerOf(config),
    code: codeVersion,
    machine: machineOf,
    locks: lockDigests,
    machineFigures,
    // A process without Temporal knows of none; workers look.
    queues: { pollers: async () => 0 },
    stories: { start: noStories, signal: noStories },
    now: () => Date.now(),
    async close() {
      // What the series still has to tell goes into the documents.
      const { documents: last, ...others } = own;
      const all: Closable[] = [
        ...[...sources.values(), newsSources, ...Object.values(others)],
        ...(mirror ? [mirror.registry, mirror.tracking] : []),
      ];
      sources.clear();
      // One that cannot close must not keep the others open.
      const closed = await Promise.allSettled(all.map((each) => each.close()));
      closed.push(...(await Promise.allSettled([last.close()])));
      const failed = closed.find((each) => each.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

async function noStories(): Promise<never> {
  throw new UnreachableError('This process knows of no Temporal server, so it starts no stories; workers do');
}

/** While the Python environment is still being installed its steps wait on their queue; a failed one never comes. */
function trainerOf(config: Pick<Config, 'ml'>): ReturnType<Ports['trainer']> {
  if (config.ml === 'off')
    return { trainer: 'ridge', reason: 'FINSIGHT_ML=off: the TypeScript fallback trains' };
  const { state, reason } = readMlState();
  if (state === 'failed')
    return { trainer: 'ridge', reason: `the Python environment could not be installed: ${reason}` };
  return { trainer: 'patchtst', reason: 'the Python environment is switched on' };
}
