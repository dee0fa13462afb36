import { AsyncLocalStorage } from 'node:async_hooks';
import type { VenueAnswer } from '../../domain/lineage.js';

/** What venues answered to the requests of one call, however many of them run side by side. */
const heard = new AsyncLocalStorage<VenueAnswer[] | null>();

/** Runs work and keeps what venues answered in it, in the order of arrival. */
export async function listening<T>(work: () => Promise<T>): Promise<{ result: T; answers: VenueAnswer[] }> {
  const answers: VenueAnswer[] = [];
  return { result: await heard.run(answers, work), answers };
}

/** Lists of markets and clocks say nothing of a bar: what is asked in `work` is not kept. */
export const unheard = <T>(work: () => Promise<T>): Promise<T> => heard.run(null, work);

/** @param address of the request; its host is left out, since a replay's changes with every start */
export function hear(address: string, body: string): void {
  const url = URL.canParse(address) ? new URL(address) : null;
  heard.getStore()?.push({ request: url ? `${url.pathname}${url.search}` : address, body });
}
