import { expect, it } from 'vitest';
import { CHECKS } from '../../adapters/serving/check-cases.js';
import { checkServing, type CheckResult } from '../../adapters/serving/check.js';
import type { ObjectsPort, ServingPort } from '../../adapters/ports.js';

/**
 * The contract of a model server as tests, to be called within a `describe`. `open` opens the backend over objects that
 * hold the models; `skip` says why it cannot be had here.
 */
export function servingContract(
  open: (objects: Pick<ObjectsPort, 'get'>) => ServingPort,
  options: { inFlight?: number; skip?: string | null; timeoutMs?: number } = {},
): void {
  const { inFlight = 300, skip = null, timeoutMs = 30_000 } = options;
  let report: Promise<Map<string, CheckResult>> | null = null;
  // All of them run once, in their order, when the first one is asked for.
  const run = async (): Promise<Map<string, CheckResult>> => {
    const { checks } = await checkServing({ open, inFlight, timeoutMs });
    return new Map(checks.map((check) => [check.name, check]));
  };
  for (const { name } of CHECKS)
    it.skipIf(skip !== null)(
      `${name}${skip === null ? '' : ` (skipped: ${skip})`}`,
      async () => {
        const found = (await (report ??= run())).get(name);
        expect(found, `${name} was not run`).toBeDefined();
        expect(found?.passed, found?.text).toBe(true);
      },
      CHECKS.length * timeoutMs,
    );
}
