import { useState, type FormEvent } from 'react';
import { client, dataOf, textOf, useLoaded, type Schemas } from '../api';
import { Empty } from '../parts';
import { sourceText } from '../streams';
import { forecastAddress } from './kinds';

type Stream = Schemas['StreamInfo'];
type Question = Schemas['PredictInput'];

const ENSEMBLES = ['mean', 'inverse-error', 'stacking'] as const;

/** Asks for a forecast now, and shows it once it is made. */
export function PredictForm({ onMade }: { onMade(): void }) {
  const streams = useLoaded('streams to predict', async () =>
    dataOf(await client.GET('/streams', { params: { query: { limit: 1000 } } })),
  );
  const [message, setMessage] = useState<{ text: string; failed: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const items = streams.data?.items ?? [];
  const ask = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setMessage(null);
    try {
      const body = questionOf(items, form);
      const { id, model } = dataOf(await client.POST('/predictions', { body }));
      setMessage({ text: `Made by ${model}.`, failed: false });
      onMade();
      location.hash = forecastAddress(id);
    } catch (error) {
      setMessage({ text: textOf(error), failed: true });
    } finally {
      setBusy(false);
    }
  };
  if (streams.data && items.length === 0)
    return (
      <Empty>
        No bars are stored yet: start the main job on the <a href="#/">overview</a>, or collect some with{' '}
        <code>finsight bars collect</code>.
      </Empty>
    );
  return (
    <form onSubmit={(event) => void ask(event)}>
      <label className="grow">
        Stream
        <select name="stream" required>
          {items.map((each, i) => (
            <option key={`${each.stream} ${sourceText(each.source)}`} value={i}>
              {each.stream} ({each.source.kind})
            </option>
          ))}
        </select>
      </label>
      <label>
        Bars ahead
        <input name="horizonBars" type="number" min={1} max={96} step={1} defaultValue={1} required />
      </label>
      <label className="grow">
        Model
        <input name="name" placeholder="the best by past skill" list="ensembles" autoComplete="off" />
        <datalist id="ensembles">
          {ENSEMBLES.map((each) => (
            <option key={each} value={`ensemble:${each}`} />
          ))}
        </datalist>
      </label>
      <label title="It abstains where the larger of P(up) and P(down) is below this">
        Least confidence
        <input name="minConfidence" type="number" min={0.5} max={0.99} step={0.01} placeholder="none" />
      </label>
      <button className="primary" disabled={busy || items.length === 0}>
        {busy ? 'Predicting' : 'Predict now'}
      </button>
      <output role="status" className={message?.failed ? 'failed' : ''}>
        {message?.text}
      </output>
    </form>
  );
}

/** A model is asked for by its name, by `<name>@<version>`, or as `ensemble:<kind>`. */
function questionOf(items: Stream[], form: FormData): Question {
  const info = items[Number(form.get('stream'))];
  if (!info) throw new Error('Choose a stream');
  const [name, confidence] = ['name', 'minConfidence'].map((each) => String(form.get(each) ?? '').trim());
  const ensemble = ENSEMBLES.find((each) => name === `ensemble:${each}`);
  return {
    stream: info.stream,
    source: sourceText(info.source),
    horizonBars: Number(form.get('horizonBars')),
    ...(ensemble ? { ensemble } : name?.includes('@') ? { model: name } : name ? { name } : {}),
    ...(confidence ? { minConfidence: Number(confidence) } : {}),
  };
}
