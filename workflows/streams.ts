import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { BarsInput } from '../activities/bars.js';
import type { BarsReport } from '../domain/research.js';
import { runChild } from './children.js';
import { mapBounded } from './fan-out.js';
import { causeOf, trackProgress } from './progress.js';
import { collectBars } from './bars.js';

export interface StreamsInput extends Omit<BarsInput, 'stream'> {
  streams: string[];
}

export interface StreamsReport {
  /** In the order that was asked for. */
  streams: Pick<BarsReport, 'stream' | 'stored' | 'expected' | 'missing'>[];
  failed: { stream: string; failure: string }[];
  stored: number;
}

/** Results travel through the history of whoever asked. */
const FAILURE_CHARACTERS = 200;

/** Brings several streams up to date, some at a time; one that fails is named and stops no other. */
export async function collectStreams(input: StreamsInput): Promise<StreamsReport> {
  const { streams: asked, ...window } = input;
  const progress = trackProgress(['collect'], input);
  const report: StreamsReport = { streams: [], failed: [], stored: 0 };
  const note = (): string =>
    `${report.streams.length + report.failed.length} of ${new Set(asked).size} streams, ${report.failed.length} failed`;
  return progress.run(
    'collect',
    async () => {
      const done = await mapBounded([...new Set(asked)], async (stream) => {
        try {
          const { stored, expected, missing } = await runChild(collectBars, 'collectBars', {
            ...window,
            stream,
          });
          report.streams.push({ stream, stored, expected, missing });
          report.stored += stored;
        } catch (error) {
          if (isCancellation(error)) throw error;
          report.failed.push({ stream, failure: causeOf(error).slice(0, FAILURE_CHARACTERS) });
        }
        progress.note('collect', note());
        return stream;
      });
      const [first] = report.failed;
      if (first && report.streams.length === 0)
        throw ApplicationFailure.nonRetryable(
          `None of ${done.length} streams could be collected; ${first.stream}: ${first.failure}`,
          'AllStreamsFailed',
        );
      const byOrder = (a: { stream: string }, b: { stream: string }): number =>
        done.indexOf(a.stream) - done.indexOf(b.stream);
      report.streams.sort(byOrder);
      report.failed.sort(byOrder);
      return report;
    },
    note,
  );
}
