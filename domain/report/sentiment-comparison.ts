import type { SentimentComparison } from '../sentiment/comparison.js';
import { SENTIMENT_LABELS } from '../sentiment/scores.js';
import type { Source } from '../sources.js';
import { fixed, interval, listOf, number, percent, table } from './format.js';
import { renderPage, verdictText } from './optimisation/page.js';

export interface SentimentComparisonPage extends SentimentComparison {
  id: string;
  basis: 'texts' | 'articles';
  data: string;
  source: Source;
  createdAt: number;
}

/** Two sentiment models as one page: which is better, how sure that is, and where they differ. */
export function renderSentimentComparison(page: SentimentComparisonPage): string {
  const [a, b] = page.models;
  const head = {
    title: `${a} against ${b}`,
    ...{ source: page.source, asOf: page.createdAt },
    facts: [
      ['Texts', `${number(page.n, 9)} of ${page.data}, ${number(page.labelled, 9)} with a label`],
      ['Agreement', `${percent(page.agreement, 1)}, kappa ${fixed(page.kappa, 3)}`],
      [
        'Drift',
        `labels ${fixed(page.drift.labels, 3)}, scores ${fixed(page.drift.scores, 3)}: ${page.drift.reading}`,
      ],
      ['Comparison', page.id],
    ] as [string, string][],
  };
  return renderPage(head, [
    ['Which one is better?', verdictText(page.verdict) + figuresTable(page)],
    ...(page.mcnemar ? [['How sure is that?', testsTable(page)] as [string, string]] : []),
    ['What one says where the other says', betweenTable(page)],
    ...(page.figures
      ? [
          [
            'What they say of each label',
            confusion(a, page.figures.a.confusion) + confusion(b, page.figures.b.confusion),
          ] as [string, string],
        ]
      : []),
    ['By source and label', subsetsTable(page)],
    ['How this was computed', listOf(METHODS)],
  ]);
}

const METHODS = [
  'Accuracy and macro-F1 are of all texts; an abstention counts by what the model would have said.',
  'McNemar’s test: exact (binomial) below 25 texts on which one model is right and the other wrong, else χ² with continuity correction.',
  'Intervals of the differences: percentiles of a paired bootstrap; texts are drawn with both answers.',
  'Calibration error: over 15 bins of the largest probability.',
  'Population stability index: below 0.1 stable, to 0.25 moved somewhat, above moved.',
  'Whether a model has seen these texts in training is not known here: hold texts back for a fair comparison.',
  'p of the subsets are also given corrected for their number (Holm).',
];

function figuresTable({ figures, models }: SentimentComparisonPage): string {
  if (!figures) return '<p class="empty">No text has a label: only agreement and drift can be told.</p>';
  const { a, b } = figures;
  return table(
    'Figures of both',
    ['', models[0], models[1]],
    [
      ['accuracy', percent(a.accuracy, 2), percent(b.accuracy, 2)],
      ['95 % interval (Wilson)', interval(a.wilson95, 1), interval(b.wilson95, 1)],
      ['macro-F1', fixed(a.macroF1, 4), fixed(b.macroF1, 4)],
      ['calibration error', fixed(a.ece, 4), fixed(b.ece, 4)],
      ['answered at the threshold', percent(a.answered, 1), percent(b.answered, 1)],
      ['accuracy of these', percent(a.accuracyAnswered, 2), percent(b.accuracyAnswered, 2)],
      ['always the most frequent label', percent(a.majority, 2), percent(b.majority, 2)],
    ],
  );
}

function testsTable({ mcnemar, difference, models }: SentimentComparisonPage): string {
  if (!mcnemar || !difference) return '';
  return table(
    'Tests',
    ['', 'value'],
    [
      [`right only by ${models[0]}`, number(mcnemar.onlyA, 9)],
      [`right only by ${models[1]}`, number(mcnemar.onlyB, 9)],
      [`McNemar, ${mcnemar.method}`, `p ${pText(mcnemar.pValue)}`],
      [
        'difference of accuracy',
        `${percent(difference.accuracy, 2)} (${interval(difference.accuracy95, 2)})`,
      ],
      [
        'difference of macro-F1',
        `${fixed(difference.macroF1, 4)} (${difference.macroF195.map((each) => fixed(each, 4)).join(' … ')})`,
      ],
      ['resamples, seed', `${number(difference.resamples, 9)}, ${difference.seed}`],
    ],
  );
}

const betweenTable = ({ between, models }: SentimentComparisonPage): string =>
  table(
    'Answers of both',
    [`${models[0]} says`, ...SENTIMENT_LABELS.map((label) => `${models[1]}: ${label}`)],
    between.map((row, i) => [SENTIMENT_LABELS[i] ?? '', ...row.map((count) => number(count, 9))]),
  );

const confusion = (model: string, rows: number[][]): string =>
  table(
    `Confusion of ${model}`,
    ['label', ...SENTIMENT_LABELS.map((label) => `${model}: ${label}`)],
    rows.map((row, i) => [SENTIMENT_LABELS[i] ?? '', ...row.map((count) => number(count, 9))]),
  );

const subsetsTable = ({ subsets, models }: SentimentComparisonPage): string =>
  subsets.length === 0
    ? '<p class="empty">No subset has 10 texts or more.</p>'
    : table(
        'Subsets',
        ['', 'texts', 'agreement', models[0], models[1], 'p', 'p, corrected'],
        subsets.map((each) => [
          { name: each.value, under: each.by },
          number(each.n, 9),
          percent(each.agreement, 1),
          percent(each.accuracyA, 1),
          percent(each.accuracyB, 1),
          pText(each.pValue),
          pText(each.adjustedPValue),
        ]),
      );

const pText = (value: number | null): string =>
  value !== null && value < 0.0005 ? 'below 0.001' : fixed(value, 3);
