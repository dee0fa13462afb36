import { css } from './theme';

const DAY = 86_400;

const FONT = '12px system-ui, -apple-system, "Segoe UI", sans-serif';

/** By the distance of the marks, in s: their text, and what is added where the year or the day changes. */
export const DATES = [
  [365 * DAY, '{YYYY}', null, null, null, null, null, null, 1],
  [28 * DAY, '{MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [DAY, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{D} {MMM} {YYYY}', null, '\n{D} {MMM}', null, null, null, 1],
];

/** Of both axes, in the colours that hold now. */
export const axisStyle = () => ({
  stroke: css('--soft'),
  font: FONT,
  labelFont: FONT,
  labelSize: 20,
  grid: { stroke: css('--line'), width: 1 },
});
