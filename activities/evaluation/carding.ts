import type { Ports } from '../../adapters/ports.js';
import type { Dataset } from '../../domain/dataset.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { cardHtml, cardMarkdown } from '../../domain/evaluation/card.js';
import type { ModelVersion } from '../../domain/models.js';

/** Evaluations that a card tells of: one of each stream and way, the newest. */
const MOST = 200;

/** Writes the model's card among the objects, as Markdown and as a page: what is known of it now. */
export async function keepCard(ports: Ports, modelId: string): Promise<void> {
  const model = await ports.documents.get<ModelVersion>('models', modelId);
  if (!model) return;
  const dataset = model.dataset ? await ports.documents.get<Dataset>('datasets', model.dataset) : null;
  const where = { model: `${model.name}@${model.version}` };
  const { items } = await ports.documents.find<Evaluation>('evaluations', {
    where,
    order: 'newest',
    limit: MOST,
  });
  const input = { model, dataset, evaluations: items };
  const put = (ending: string, text: string) =>
    ports.objects.put(`models/cards/${model.id}.${ending}`, new TextEncoder().encode(text));
  await put('md', cardMarkdown(input));
  await put('html', cardHtml(input));
}
