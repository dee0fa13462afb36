import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { moment, price } from '../format';
import { axisStyle, DATES } from './axes';
import { dataOf, rowsOf, type Fan, type Rows } from './fan-rows';
import { css, onTheme } from './theme';

/** The close up to the forecast, from there its quantiles as bands that open, its mean, and what came of it. */
export function FanChart(fan: Fan) {
  const host = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const rows = rowsOf(fan);
  const now = useRef({ fan, rows });
  now.current = { fan, rows };
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let chart: uPlot | null = null;
    const size = () => ({ width: element.clientWidth, height: HEIGHT });
    const draw = (): void => {
      chart?.destroy();
      const { fan: shown, rows: read } = now.current;
      chart = new uPlot({ ...optionsOf(shown, read, setAt), ...size() }, dataOf(read), element);
    };
    draw();
    const off = onTheme(draw);
    const observer = new ResizeObserver(() => chart?.setSize(size()));
    observer.observe(element);
    return () => {
      off();
      observer.disconnect();
      chart?.destroy();
    };
  }, [fan.closes, fan.points, fan.realised]);
  return (
    <figure className="plot">
      <Legend rows={rows} place={at ?? rows.time.indexOf(fan.target.time)} />
      <div
        ref={host}
        role="img"
        aria-label={`Price, ${fan.quote}: close, forecast of ${moment(fan.target.time)} with ${rows.bands.length} bands`}
        style={{ minHeight: HEIGHT }}
      />
    </figure>
  );
}

const HEIGHT = 320;

function Legend({ rows, place }: { rows: Rows; place: number }) {
  const widest = rows.bands[0];
  const close = rows.close[place] ?? rows.outcome[place];
  return (
    <figcaption className="legend">
      <span className="when">{moment(rows.time[place])}</span>
      <span className="key">
        <i style={{ color: 'var(--fg)' }} />
        close <b>{price(close)}</b>
      </span>
      <span className="key">
        <i className="dashed" style={{ color: 'var(--c1)' }} />
        forecast <b>{price(rows.mean[place])}</b>
      </span>
      {widest && (
        <span className="key">
          <i style={{ color: 'var(--c1)', opacity: 0.35 }} />
          {rows.bands.map(({ share }) => `${Math.round(100 * share)} %`).join(', ')} of outcomes{' '}
          <b>
            {price(widest.lower[place])} … {price(widest.upper[place])}
          </b>
        </span>
      )}
      {rows.outcome.filter((each) => each !== null).length > 1 && (
        <span className="key">
          <i style={{ color: 'var(--c2)' }} />
          what came of it
        </span>
      )}
    </figcaption>
  );
}

function optionsOf(
  fan: Fan,
  rows: Rows,
  setAt: (at: number | null) => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = { ...axisStyle(), ticks: { stroke: css('--line'), size: 4 } };
  const line = (label: string, colour: string, more: Partial<uPlot.Series> = {}): uPlot.Series => ({
    label,
    stroke: css(colour),
    width: 1.5,
    spanGaps: true,
    points: { show: false },
    ...more,
  });
  const edge: uPlot.Series = {
    stroke: 'transparent',
    width: 0,
    spanGaps: true,
    points: { show: false },
  };
  return {
    legend: { show: false },
    padding: [8, 24, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_chart, low, high) => withTarget(fan, low, high) } },
    axes: [
      { ...axis, values: DATES as unknown as uPlot.Axis.Values, label: 'Time, UTC', size: 44 },
      {
        ...axis,
        label: `Price, ${fan.quote}`,
        size: 72,
        values: (_chart, marks) => marks.map((mark) => price(mark)),
      },
    ],
    series: [
      {},
      ...rows.bands.flatMap(() => [edge, edge]),
      line('close', '--fg'),
      line('forecast', '--c1', { dash: [5, 4], width: 2 }),
      line('outcome', '--c2', { width: 2 }),
    ],
    // Each band lies on the wider ones: the middle gets the darkest.
    bands: rows.bands.map((_, i) => ({ series: [2 * i + 1, 2 * i + 2], fill: `${css('--c1')}26` })),
    hooks: {
      setCursor: [(chart) => setAt(chart.cursor.idx ?? null)],
      draw: [(chart) => drawTarget(chart, fan)],
    },
  };
}

function withTarget({ target: { lower, upper } }: Fan, low: number, high: number): [number, number] {
  const [from, to] = [Math.min(low, lower ?? low), Math.max(high, upper ?? high)];
  const room = 0.05 * (to - from || Math.abs(to) || 1);
  return [from - room, to + room];
}

/** The calibrated interval as an upright bar at the target, and the close there as a dot once it is known. */
function drawTarget({ ctx, valToPos }: uPlot, { target, realised }: Fan): void {
  const x = Math.round(valToPos(target.time / 1000, 'x', true));
  const wing = 5 * devicePixelRatio;
  const ends = [target.lower, target.upper].flatMap((each) =>
    each === null ? [] : [Math.round(valToPos(each, 'y', true))],
  );
  ctx.save();
  ctx.strokeStyle = css('--c1');
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  if (ends.length === 2) {
    ctx.moveTo(x, ends[0]!);
    ctx.lineTo(x, ends[1]!);
  }
  for (const y of ends) {
    ctx.moveTo(x - wing, y);
    ctx.lineTo(x + wing, y);
  }
  ctx.stroke();
  if (realised !== null) {
    ctx.fillStyle = css('--c2');
    ctx.beginPath();
    ctx.arc(x, valToPos(realised, 'y', true), 4 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}
