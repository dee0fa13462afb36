import type { Ports } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import { INDEX_FEATURE_VERSION } from '../domain/features.js';
import { modelName } from '../domain/sentiment/scores.js';
import { ceilToBar, parseStream, timeframeMs } from '../domain/streams.js';
import { findStream } from './backtest.js';
import type { DatasetInput } from './dataset.js';
import { readSource, readTime, type WindowInput } from './window.js';

/** What a person asks for; everything but the streams has a default. */
export interface DatasetRequest extends WindowInput {
  streams: string[];
  sentimentModel?: string;
  lookBack?: number;
  horizonBars?: number;
  horizons?: number[];
  /** With the sentiment index among the features. */
  sentimentIndex?: boolean;
}

const LOOK_BACK = 96;

export const datasetPlanSteps = (ports: Ports) => ({
  /**
   * Fills in what was left out from the stored bars: their source, their window, and all that is known of them.
   * @throws InvalidInputError where the streams' bars are of several timeframes or the window is empty; NotFoundError
   * naming a stream without stored bars
   */
  async planDataset(input: DatasetRequest): Promise<DatasetInput> {
    const streams = [...new Set(input.streams)];
    const [timeframe, other] = [...new Set(streams.map((stream) => parseStream(stream).timeframe))];
    if (!timeframe || other)
      throw new InvalidInputError(
        `A data set has streams of one timeframe; these have ${timeframe ?? 'none'}${other ? ` and ${other}` : ''}`,
      );
    const asked = input.source === undefined ? undefined : readSource(input.source);
    const stored = [];
    let source = asked;
    for (const stream of streams) {
      const found = await findStream(ports, { stream, ...(source && { source }) });
      source ??= found.source;
      stored.push(found);
    }
    const last = Math.max(...stored.map(({ to }) => to)) + timeframeMs(timeframe);
    const from =
      input.from === undefined
        ? Math.min(...stored.map((each) => each.from))
        : ceilToBar(readTime('from', input.from), timeframe);
    const to = input.to === undefined ? last : ceilToBar(readTime('to', input.to), timeframe);
    if (from >= to)
      throw new InvalidInputError(
        `The window is empty: from ${new Date(from).toISOString()} is not before ${new Date(to).toISOString()}`,
      );
    const horizons = input.horizons && [...new Set(input.horizons)].sort((a, b) => a - b);
    return {
      ...{ source: source as DatasetInput['source'], streams, from, to },
      asOf: input.asOf ?? Math.max(to, last),
      sentimentModel: input.sentimentModel ?? modelName(await ports.sentiment.choose()),
      lookBack: input.lookBack ?? LOOK_BACK,
      horizonBars: input.horizonBars ?? horizons?.[0] ?? 1,
      ...(horizons && { horizons }),
      ...(input.sentimentIndex && { featureVersion: INDEX_FEATURE_VERSION }),
    };
  },
});
