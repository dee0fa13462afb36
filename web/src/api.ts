import createClient from 'openapi-fetch';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { components, paths } from './api-types';

export type Schemas = components['schemas'];
export type Source = Schemas['Source'];

/** The API that served this page; its types are generated from the OpenAPI document. */
export const client = createClient<paths>({ baseUrl: '/api/v1' });

const KEY = 'finsight.key';
const RETRY_MS = 3000;
/** A read that takes longer is told of; it may still be answered. */
const SLOW_MS = 15_000;

/** Kept for this tab only; the API on localhost without keys needs none. */
export const saveKey = (key: string): void => sessionStorage.setItem(KEY, key);
export function keyHeader(): Record<string, string> {
  const key = sessionStorage.getItem(KEY);
  return key ? { authorization: `Bearer ${key}` } : {};
}
client.use({
  onRequest({ request }) {
    for (const [name, value] of Object.entries(keyHeader())) request.headers.set(name, value);
    return request;
  },
});

/** `away`: no answer at all; `locked`: an API key is needed. Shown once above the page, not in every card. */
export type Link = 'ok' | 'away' | 'locked';
let link: Link = 'ok';
const listeners = new Set<() => void>();
export function setLink(next: Link): void {
  if (link === next) return;
  link = next;
  for (const listener of listeners) listener();
}
export const useLink = (): Link =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => link,
  );

export interface Loaded<T> {
  data: T | null;
  error: string | null;
}

/**
 * Loads once per `key`, and again every `everyMs` where that is given; after a failure until it succeeds.
 * Data that did not change stays the same object, so that charts are not drawn anew.
 */
export function useLoaded<T>(key: string, load: () => Promise<T>, everyMs = 0): Loaded<T> {
  const [state, setState] = useState<Loaded<T> & { key: string }>({ key, data: null, error: null });
  useEffect(() => {
    let live = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async (): Promise<void> => {
      let wait = everyMs;
      const slow = setTimeout(() => {
        const error = `No answer for ${SLOW_MS / 1000} s; still waiting`;
        if (live) setState((old) => ({ key, data: old.key === key ? old.data : null, error }));
      }, SLOW_MS);
      try {
        const data = await load();
        setLink('ok');
        if (live)
          setState((old) =>
            old.key === key && old.error === null && same(old.data, data) ? old : { key, data, error: null },
          );
      } catch (error) {
        setLink(linkOf(error));
        wait = RETRY_MS;
        if (live) setState((old) => ({ key, data: old.key === key ? old.data : null, error: textOf(error) }));
      } finally {
        clearTimeout(slow);
      }
      if (live && wait > 0) timer = setTimeout(() => void run(), wait);
    };
    void run();
    return () => {
      live = false;
      clearTimeout(timer);
    };
    // `load` changes with every render; the key says when it means something else.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key, everyMs]);
  return state.key === key ? state : { data: null, error: null };
}

/** The time of reading alone is no change. */
const same = (a: unknown, b: unknown): boolean => text(a) === text(b);
const text = (value: unknown): string =>
  JSON.stringify(value, (name, member: unknown) => (name === 'asOf' ? undefined : member));

function linkOf(error: unknown): Link {
  if (error instanceof TypeError) return 'away';
  return (error as { status?: number }).status === 401 ? 'locked' : 'ok';
}

/** The data of an answer, or its problem as an error that carries the HTTP status. */
export function dataOf<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  const { status } = answer.response;
  const problem = answer.error as
    { detail?: string; title?: string; errors?: { path: string; message: string }[] } | undefined;
  const faults = (problem?.errors ?? []).map((each) => `${each.path}: ${each.message}`).join('; ');
  const words = faults || problem?.detail || problem?.title || `HTTP ${status}`;
  throw Object.assign(new Error(words), { status });
}

export const textOf = (error: unknown): string => {
  if (error instanceof TypeError) return `The API at ${location.host} does not answer`;
  return error instanceof Error ? error.message : String(error);
};
