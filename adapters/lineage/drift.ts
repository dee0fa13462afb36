import type { DriftReport } from '../../domain/drift/report.js';
import { barsId } from '../../domain/lineage.js';
import { baseOf, parseStream } from '../../domain/streams.js';
import { documentReader, iso, parent, sourceFacts } from './documents.js';
import { readBars, readScores } from './series.js';

/** A report of drift leads to the champion, its evidence, the training part, and the recent bars that were looked at. */
export const driftReader = documentReader<DriftReport>(
  'drift',
  { collection: 'driftReports', form: /^drf_/, example: 'drf_…' },
  (doc, walk) => {
    const { stream, source, digests } = doc;
    const { sentimentModel, ...read } = doc.read;
    const bars = {
      id: barsId({ stream, source, ...read }),
      stream,
      source,
      ...read,
      sha256: digests['bars'],
    };
    const asset = baseOf(parseStream(stream).symbol);
    const scores = { ...read, source, model: sentimentModel, asset, sha256: digests['scores'] };
    const findings = doc.findings.map(({ family, verdict, reasons }) => [
      family,
      [verdict, ...reasons].join('; '),
    ]);
    return {
      facts: {
        stream,
        verdict: doc.verdict,
        'as of': iso(doc.asOf),
        ...(Object.fromEntries(findings) as Record<string, string>),
        ...(doc.episode ? { 'drifts since': iso(doc.episode.since) } : {}),
        ...sourceFacts(doc),
      },
      parents: [
        parent(walk, 'model', `mdl_${doc.model}`),
        parent(walk, 'evaluation', doc.evaluation),
        parent(walk, 'dataset', doc.dataset),
        readBars(walk, bars),
        readScores(walk, scores),
      ],
    };
  },
);
