/** A line of a chart: x ascending, y of the same length; NaN breaks the line. */
export interface Line {
  label: string;
  x: readonly number[];
  y: readonly number[];
  /** One of the report's colour classes: `c0`, dashed, for the benchmark, `c1` … `c4`. */
  colour: string;
}

/** A sign on a chart at a point: ▲ and ▼ by their class `up` and `down`. */
export interface Mark {
  x: number;
  y: number;
  kind: 'up' | 'down';
}

export interface ChartOptions {
  format: (value: number) => string;
  marks?: readonly Mark[];
  /** Fills the area between a line and 0, as of drawdowns. */
  fill?: boolean;
}

/** `points`: as many as the eye can tell apart at that width. */
interface Frame {
  name: string;
  width: number;
  height: number;
  points: number;
}

/** Text in an SVG shrinks with it: a phone gets a drawing of its own, and CSS shows one of the two. */
const FRAMES: Frame[] = [
  { name: 'broad', width: 1000, height: 280, points: 800 },
  { name: 'narrow', width: 350, height: 240, points: 300 },
];
const LEFT = 52;
const BOTTOM = 24;

/** A static line chart over time, UTC, as SVG; when thinned, extremes are kept. */
export function lineChart(lines: Line[], options: ChartOptions): string {
  if (!lines.some((line) => line.y.some(Number.isFinite))) return '<p class="empty">No values to draw.</p>';
  const drawings = FRAMES.map((frame) => drawing(lines, { frame, ...options })).join('');
  const legend = lines
    .map((line) => `<span class="key ${line.colour}">${escapeHtml(line.label)}</span>`)
    .join('');
  return `<figure><figcaption>${legend}</figcaption>${drawings}<div class="axis">Time, UTC</div></figure>`;
}

function drawing(
  lines: Line[],
  { frame, format, marks = [], fill = false }: ChartOptions & { frame: Frame },
): string {
  const { width, height } = frame;
  const kept = lines.map((line) => thin(line, frame.points));
  const xs = kept.flatMap((line) => [line.x[0] ?? 0, line.x.at(-1) ?? 1]);
  const ys = [...kept.flatMap((line) => line.y.filter(Number.isFinite)), ...marks.map(({ y }) => y)];
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [y0, y1] = padded(Math.min(...ys, ...(fill ? [0] : [])), Math.max(...ys));
  const px = (x: number): string => (LEFT + ((x - x0) / (x1 - x0 || 1)) * (width - LEFT - 8)).toFixed(1);
  const py = (y: number): string => (8 + (1 - (y - y0) / (y1 - y0)) * (height - BOTTOM - 8)).toFixed(1);
  const grid = ticks(y0, y1)
    .map(
      (y) =>
        `<line class="grid" x1="${LEFT}" x2="${width - 8}" y1="${py(y)}" y2="${py(y)}"/><text x="${LEFT - 6}" y="${py(y)}" class="tick end">${format(y)}</text>`,
    )
    .join('');
  const dates = [x0, (x0 + x1) / 2, x1]
    .map(
      (x, i) =>
        `<text x="${px(x)}" y="${height - 6}" class="tick ${['start', 'middle', 'end'][i]}">${day(x)}</text>`,
    )
    .join('');
  const paths = kept.map((line) => `<path class="line ${line.colour}" d="${path(line, px, py)}"/>`).join('');
  const areas = fill
    ? kept.map((line) => `<path class="area ${line.colour}" d="${area(line, px, py)}"/>`)
    : [];
  const signs = marks.map(({ kind, ...at }) => sign(kind, Number(px(at.x)), Number(py(at.y))));
  const title = escapeHtml(lines.map((line) => line.label).join(', '));
  return `<svg class="${frame.name}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${grid}${dates}${areas.join('')}${paths}${signs.join('')}</svg>`;
}

/** A small triangle with its point at the place. */
function sign(kind: Mark['kind'], x: number, y: number): string {
  const base = kind === 'up' ? y + 8 : y - 8;
  return `<path class="mark ${kind}" d="M${x} ${y}L${x - 4} ${base}L${x + 4} ${base}Z"/>`;
}

/** Down to 0 and back, each unbroken stretch for itself. */
function area(line: Line, px: (x: number) => string, py: (y: number) => string): string {
  let out = '';
  let from = 0;
  while (from < line.x.length) {
    let to = from;
    while (to < line.x.length && Number.isFinite(line.y[to])) to++;
    const points = line.x.slice(from, to).map((x, i) => `${px(x)} ${py(line.y[from + i] ?? 0)}`);
    if (points.length > 1)
      out += `M${px(line.x[from] ?? 0)} ${py(0)}L${points.join('L')}L${px(line.x[to - 1] ?? 0)} ${py(0)}Z`;
    from = to + 1;
  }
  return out;
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

const padded = (low: number, high: number): [number, number] => {
  const room = (high - low) * 0.05 || Math.abs(high) * 0.01 || 1;
  return [low - room, high + room];
};

function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const out: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) out.push(tick);
  return out;
}

/** Keeps the lowest and the highest point of each bucket, so that no spike or drawdown is lost. */
function thin(line: Line, points: number): Line {
  if (line.x.length <= points) return line;
  const size = Math.ceil((2 * line.x.length) / points);
  const keep = new Set<number>([0, line.x.length - 1]);
  for (let from = 0; from < line.x.length; from += size) {
    let low = from;
    let high = from;
    for (let i = from; i < Math.min(from + size, line.x.length); i++) {
      if ((line.y[i] ?? NaN) < (line.y[low] ?? NaN)) low = i;
      if ((line.y[i] ?? NaN) > (line.y[high] ?? NaN)) high = i;
    }
    keep.add(low).add(high);
  }
  const rows = [...keep].sort((a, b) => a - b);
  return { ...line, x: rows.map((i) => line.x[i] ?? NaN), y: rows.map((i) => line.y[i] ?? NaN) };
}

function path(line: Line, px: (x: number) => string, py: (y: number) => string): string {
  let pen = 'M';
  let out = '';
  line.x.forEach((x, i) => {
    const y = line.y[i] ?? NaN;
    if (Number.isFinite(y)) out += `${pen}${px(x)} ${py(y)}`;
    pen = Number.isFinite(y) ? 'L' : 'M';
  });
  return out;
}
