import { quantile } from '../../statistics.js';
import { percent } from '../format.js';

/** As the line charts: one drawing for a broad page, one for a phone. */
const FRAMES = [
  { name: 'broad', width: 1000, bins: 41 },
  { name: 'narrow', width: 350, bins: 21 },
];
const [HEIGHT, BOTTOM] = [200, 24];

/** How often a return of each size came; what lies beyond the outer 0.5 % is counted in the last bars. */
export function histogram(
  values: readonly number[],
  what: string,
  show: (value: number) => string = (value) => percent(value, 2),
): string {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [quantile(finite, 0.005), quantile(finite, 0.995)];
  if (!(high > low)) return '<p class="empty">Too few different values to draw.</p>';
  const drawings = FRAMES.map((frame) => drawing({ values: finite, low, high, what, show, ...frame }));
  return `<figure>${drawings.join('')}<div class="axis">${what}, ${finite.length} of them; the outer half percents are counted in the last bars</div></figure>`;
}

function drawing(args: {
  values: number[];
  low: number;
  high: number;
  what: string;
  show: (value: number) => string;
  name: string;
  width: number;
  bins: number;
}): string {
  const { values, low, high, what, show, name, width, bins } = args;
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of values) {
    const bin = Math.floor(((value - low) / (high - low)) * bins);
    const at = Math.min(bins - 1, Math.max(0, bin));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  const wide = width / bins;
  const bars = counts.map((count, i) => {
    const tall = (count / most) * (HEIGHT - BOTTOM);
    const losing = low + ((i + 1) / bins) * (high - low) <= 0;
    return `<rect class="rect${losing ? ' low' : ''}" x="${(i * wide + 1).toFixed(1)}" y="${(HEIGHT - BOTTOM - tall).toFixed(1)}" width="${(wide - 2).toFixed(1)}" height="${tall.toFixed(1)}"/>`;
  });
  const labels = [low, (low + high) / 2, high].map(
    (value, i) =>
      `<text class="tick ${['start', 'middle', 'end'][i]}" x="${(i * width) / 2}" y="${HEIGHT - 8}">${show(value)}</text>`,
  );
  return `<svg class="${name}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="Distribution of ${what}">${bars.join('')}${labels.join('')}</svg>`;
}
