import { describe, expect, it } from 'vitest';
import { readLabelledTexts } from '../../domain/sentiment/labelled-texts.js';

const read = (...rows: string[][]) => readLabelledTexts(rows, 'a.csv');

describe('labelled texts', () => {
  it('are read by the names of their columns, whatever their order and case', () => {
    expect(
      read(
        ['Label', 'TEXT', 'source'],
        ['Positive', 'Up', 'x'],
        ['', 'Down', ''],
        ['neg', '', 'y'],
        ['', ''],
      ),
    ).toEqual({
      texts: [
        { text: 'Up', target: 2, source: 'x' },
        { text: 'Down', target: null },
        { text: '', target: 0, source: 'y' },
      ],
      otherLabels: {},
    });
  });

  it('of other labels count as unlabelled, and are counted', () => {
    expect(read(['text', 'label'], ['a', 'positive'], ['b', 'mixed'], ['c', 'mixed'])).toMatchObject({
      texts: [{ target: 2 }, { target: null }, { target: null }],
      otherLabels: { mixed: 2 },
    });
  });

  it('are refused where no label is one of ours, or no column is of texts', () => {
    expect(() => read(['text', 'label'], ['a', '0'], ['b', '1'])).toThrow(
      /a.csv: "0", "1" are no labels; known: negative/,
    );
    expect(() => read(['headline', 'label'], ['a', '0'])).toThrow(/no column "text".*found: headline, label/);
    expect(() => read()).toThrow(/found: nothing/);
    const many = Array.from({ length: 30 }, (_, i) => ['a', `label ${i}`]);
    expect(() => read(['text', 'label'], ['a', 'positive'], ...many)).toThrow(/are no labels/);
  });
});
