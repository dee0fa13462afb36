import type { Schemas } from '../api';
import type { Strategy } from './run-form';

/** A text that is no number goes as it is, so that the API says so; an empty one is left out. */
function numberOf(form: FormData, name: string): number | string | undefined {
  const text = String(form.get(name) ?? '').trim();
  if (text === '') return undefined;
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

/** What the person filled in as the story's input; what was left empty takes the story's default. */
export function inputOf(
  form: FormData,
  of: Pick<Schemas['StreamInfo'], 'stream' | 'source'> & { strategy: Strategy },
): Record<string, unknown> {
  const params = Object.keys(of.strategy.params).map((name) => [name, numberOf(form, `param ${name}`)]);
  const terms = ['feeBps', 'slippageBps', 'cash'].map((name) => [name, numberOf(form, name)]);
  const texts = ['from', 'to', 'evaluation', 'size'].map((name) => [
    name,
    String(form.get(name) ?? '') || undefined,
  ]);
  return {
    stream: of.stream,
    source: of.source,
    strategy: of.strategy.name,
    params: given(params),
    ...given([...terms, ...texts]),
  };
}

const given = (entries: unknown[][]): Record<string, unknown> =>
  Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<string, unknown>;
