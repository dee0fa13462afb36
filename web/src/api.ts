import createClient from 'openapi-fetch';
import { useEffect, useState } from 'react';
import type { paths } from './api-types';

/** The API that served this page; its types are generated from the OpenAPI document. */
export const client = createClient<paths>({ baseUrl: '/api/v1' });

export interface Loaded<T> {
  data: T | null;
  error: string | null;
}

/** Loads once per `key`, and again every `everyMs` where that is given. */
export function useLoaded<T>(key: string, load: () => Promise<T>, everyMs = 0): Loaded<T> {
  const [state, setState] = useState<Loaded<T> & { key: string }>({ key, data: null, error: null });
  useEffect(() => {
    let live = true;
    const run = (): void => {
      load().then(
        (data) => live && setState({ key, data, error: null }),
        (error: unknown) =>
          live && setState((old) => ({ key, data: old.key === key ? old.data : null, error: textOf(error) })),
      );
    };
    run();
    const timer = everyMs > 0 ? setInterval(run, everyMs) : undefined;
    return () => {
      live = false;
      clearInterval(timer);
    };
    // `load` changes with every render; the key says when it means something else.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key, everyMs]);
  return state.key === key ? state : { data: null, error: null };
}

/** The data of an answer, or its problem as an error. */
export function dataOf<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  const problem = answer.error as { detail?: string; title?: string } | undefined;
  throw new Error(problem?.detail ?? problem?.title ?? `HTTP ${answer.response.status}`);
}

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
