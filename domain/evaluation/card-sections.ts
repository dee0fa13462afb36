import type { Evaluation } from '../evaluation.js';
import type { CardInput, CardSection } from './card.js';
import { evaluationTables, instant, number, plain, table } from './card-tables.js';

export function cardSections(input: CardInput): CardSection[] {
  return [
    modelSection(input),
    dataSection(input),
    trainingSection(input),
    ...input.evaluations.map(evaluationSection),
    limitsSection(input),
  ];
}

function modelSection({ model }: CardInput): CardSection {
  const rows = [
    ['Id', model.id],
    ['Kind', model.kind],
    ['Task', model.task],
    ['Stage', model.stage],
    ['Made', `${instant(model.createdAt)} UTC`],
    ['Weights (ONNX)', `${model.onnx.key}, sha256 ${model.onnx.sha256}`],
    ['Largest difference of the exported model', number(model.parityMaxAbs, 2)],
    ['Feature version', model.featureVersion],
    ['Digest of the spec', model.specSha256],
  ];
  const text = (model.leaks ?? []).map(
    ({ stream, reasons }) =>
      `Rejected: the leak audit on ${stream} failed. ${reasons.join('; ')}. It is not served.`,
  );
  return { title: 'Model', text, tables: [table('What it is', ['', ''], rows)] };
}

function dataSection({ dataset, model }: CardInput): CardSection {
  if (!dataset) {
    const gone = model.dataset ? `The data set ${model.dataset} is no longer stored.` : 'It has no data set.';
    return { title: 'Data and split', text: [gone], tables: [] };
  }
  const { spec, split } = dataset;
  const horizons = spec.horizons ?? [spec.horizonBars];
  const rows = [
    ['Data set', `${dataset.id}, sha256 ${dataset.sha256}`],
    ['Source', `${dataset.source.kind} ${dataset.source.detail}`.trim()],
    ['Streams', dataset.streams.join(', ')],
    ['Rows', String(dataset.rows)],
    ['As of', `${instant(dataset.asOf)} UTC`],
    ['Features', dataset.features.join(', ')],
    ['Look-back', `${spec.lookBack} bars`],
    ['Horizons', `${horizons.join(', ')} bars; evaluated at ${spec.horizonBars}`],
    ['Training', `before ${instant(split.validationFrom)}`],
    ['Validation', `${instant(split.validationFrom)} to ${instant(split.testFrom)}`],
    ['Test', `${instant(split.testFrom)} to ${instant(split.testTo)}`],
    ['Purge', `${Math.max(...horizons)} bars: no outcome reaches into the next part`],
    ['Embargo', `${spec.embargoBars} bars`],
    ...Object.entries(dataset.inputs).map(([name, digest]) => [`Digest of ${name}`, digest]),
  ];
  return { title: 'Data and split', text: [], tables: [table('What it learned from', ['', ''], rows)] };
}

function trainingSection({ model }: CardInput): CardSection {
  const { environment, epochs, ...training } = model.training;
  const spec = { ...model.spec };
  // The data set has a section of its own.
  delete spec['dataset'];
  const losses = Array.isArray(epochs) ? epochs : [];
  const small = Object.entries(training).filter(([, value]) => value !== undefined);
  const tables = [
    table(
      'How it was trained',
      ['', ''],
      [
        ...Object.entries(spec).map(([name, value]) => [name, plain(value)]),
        ['epochs', String(losses.length)],
        ...small.map(([name, value]) => [name, plain(value)]),
      ],
    ),
  ];
  if (environment && typeof environment === 'object')
    tables.push(
      table(
        'Environment',
        ['', ''],
        Object.entries(environment).map(([name, value]) => [name, plain(value)]),
      ),
    );
  return { title: 'Training', text: [], tables };
}

function evaluationSection(of: Evaluation): CardSection {
  const { walkForward } = of;
  const how = walkForward
    ? `Walk-forward, ${walkForward.scheme}: ${walkForward.folds} folds of ${walkForward.testBars} bars, purge ${walkForward.purgeBars}, embargo ${walkForward.embargoBars} bars. Each fold's own model forecast its part.`
    : 'The held-out part of its data set.';
  const seeds = of.seeds && of.seeds.length > 0 ? ` Seeds: ${of.seeds.join(', ')}.` : '';
  return {
    title: `Evaluation on ${of.stream}, ${of.horizonBars} bars ahead`,
    text: [
      `${of.id}, ${instant(of.from)} to ${instant(of.to)} UTC. ${how}${seeds} Directions and tests are on ${of.n} rows whose outcomes do not overlap; scores of distributions and intervals on all ${of.distribution?.n ?? of.n}, in units of volatility·√horizon.`,
    ],
    tables: evaluationTables(of),
  };
}

function limitsSection({ model, evaluations }: CardInput): CardSection {
  const text = [
    `It answers for the streams and the timeframe that it was evaluated on, from features of version ${model.featureVersion}; another version is refused.`,
    'p values are two-sided, except Pesaran–Timmermann, and are not corrected for there being several tests. Streams move together, so that their rows are not independent.',
    'Coverage of intervals is an average over time, not a promise for one forecast. Past skill says little of another market.',
    ...(model.source.kind === 'simulated'
      ? ['It was trained on simulated data and says nothing of a real market.']
      : []),
    ...(evaluations.length === 0 ? ['It has not been evaluated.'] : []),
    ...('tuning' in model.spec
      ? ['Its parameters were chosen by a search: its figures have to be held against the number of trials.']
      : []),
  ];
  return { title: 'Limits', text, tables: [] };
}
