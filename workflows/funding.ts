import type { FundingChunk, FundingInput } from '../activities/funding.js';
import type { FundingReport } from '../domain/funding.js';
import { trackProgress } from './progress.js';
import { io } from './steps.js';

/** Brings the funding rates of a perpetual into the store. */
export async function collectFunding(input: FundingInput): Promise<FundingReport> {
  const progress = trackProgress(['plan', 'collect'], input);
  const plan = await progress.run('plan', () => io.resolveFunding(input));
  const total = { fetched: 0, stored: 0, rejected: 0 };
  await progress.run('collect', async () => {
    for (let cursor: number | null = plan.from; cursor !== null;) {
      const chunk: FundingChunk = await io.fetchFundingRates({ ...plan, cursor });
      total.fetched += chunk.fetched;
      total.stored += chunk.stored;
      total.rejected += chunk.rejected;
      cursor = chunk.next;
      progress.note('collect', `${total.stored} new rates`);
    }
  });
  return { ...plan, ...total };
}
