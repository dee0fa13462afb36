import { describe, expect, it } from 'vitest';
import { STORY_INPUTS, type StoryKind } from '../../api/story-inputs.js';
import { linesFor, TIMETABLE } from '../../domain/timetable.js';

describe('the timetable', () => {
  it('names each schedule once', () => {
    const ids = TIMETABLE.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(TIMETABLE.map((line) => [line.id, line] as const))(
    '%s starts a story that takes its input',
    (_, line) => {
      expect(STORY_INPUTS[line.kind as StoryKind]?.safeParse(line.input).error?.issues).toBeUndefined();
      expect(line.cron.split(' ')).toHaveLength(5);
    },
  );

  it('moves bars only where there are two places', () => {
    expect(linesFor({ aging: true })).toMatchObject({ skipped: [] });
    const { lines, skipped } = linesFor({ aging: false });
    expect(skipped.map(({ id }) => id)).toEqual(['bars-move']);
    expect(lines).toHaveLength(TIMETABLE.length - 1);
  });
});
