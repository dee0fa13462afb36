import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { date, moment } from '../format';
import { axisStyle, DATES } from './axes';
import { css, onTheme } from './theme';

export interface Curve {
  label: string;
  /** A colour variable of the style sheet, such as `--c1`. */
  colour: string;
  values: (number | null)[];
  dashed?: boolean;
}

interface Plot {
  /** Epoch ms, ascending; what `across` says where that is given. */
  time: number[];
  curves: Curve[];
  /** Quantity and unit of the vertical axis. */
  title: string;
  show: (value: number) => string;
  bars?: boolean;
  height?: number;
  /** Of the vertical axis; by the values where it is left out. */
  bounds?: [number, number];
  /** Whole days have no time of day to show. */
  daily?: boolean;
  /** Of a horizontal axis of other numbers than times. */
  across?: { title: string; show: (value: number) => string };
}

/** Lines or bars over time, UTC, with a legend that reads the values at the cursor, else the last ones. */
export function LinePlot(plot: Plot) {
  const { time, curves, title, show, daily, across } = plot;
  const host = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  useEffect(() => {
    if (!host.current || time.length === 0) return;
    const element = host.current;
    let chart: uPlot | null = null;
    const size = (): { width: number; height: number } => ({
      width: element.clientWidth,
      height: plot.height ?? 260,
    });
    const draw = (): void => {
      chart?.destroy();
      chart = new uPlot({ ...optionsOf(plot, setAt), ...size() }, dataOf(plot), element);
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
    // The rest of `plot` never changes without its data.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [time, curves]);
  const place = at ?? time.length - 1;
  return (
    <figure className="plot">
      <figcaption className="legend">
        <span className="when">
          {across ? across.show(time[place] ?? 0) : daily ? date(time[place] ?? 0) : moment(time[place])}
        </span>
        {curves.map(({ label, colour, values, dashed }) => (
          <span key={label} className="key">
            <i className={dashed ? 'dashed' : ''} style={{ color: `var(${colour})` }} />
            {label} <b>{valueAt(values, place, show)}</b>
          </span>
        ))}
      </figcaption>
      <div
        ref={host}
        role="img"
        aria-label={`${title}: ${curves.map(({ label }) => label).join(', ')}`}
        style={{ minHeight: plot.height ?? 260 }}
      />
    </figure>
  );
}

/** Curves of different clocks have holes at each other's times: the last value before stands. */
function valueAt(values: (number | null)[], place: number, show: (value: number) => string): string {
  for (let i = place; i >= 0; i--) {
    const value = values[i];
    if (typeof value === 'number') return show(value);
  }
  return '–';
}

const dataOf = ({ time, curves, across }: Plot): uPlot.AlignedData =>
  [
    across ? time : time.map((each) => each / 1000),
    ...curves.map(({ values }) => values),
  ] as uPlot.AlignedData;

const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

function optionsOf(plot: Plot, setAt: (at: number | null) => void): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = { ...axisStyle(), ticks: { stroke: css('--line'), size: 4 } };
  const filled = plot.bars
    ? { paths: uPlot.paths.bars?.({ size: [0.7, 20] }) as uPlot.Series.PathBuilder }
    : {};
  return {
    legend: { show: false },
    padding: [8, 8, 0, 0],
    scales: { x: { time: !plot.across }, ...(plot.bounds ? { y: { range: plot.bounds } } : {}) },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    axes: [
      plot.across
        ? { ...axis, label: plot.across.title, size: 30, incrs: WHOLE }
        : { ...axis, values: DATES as unknown as uPlot.Axis.Values, label: 'Time, UTC', size: 44 },
      {
        ...axis,
        label: plot.title,
        size: 56,
        values: (_chart, marks) => marks.map((mark) => plot.show(mark)),
      },
    ],
    series: [
      {},
      ...plot.curves.map(({ label, colour, dashed }) => ({
        label,
        stroke: css(colour),
        width: 1.5,
        spanGaps: true,
        points: { show: plot.time.length === 1 },
        ...(dashed ? { dash: [5, 4] } : {}),
        ...(plot.bars ? { ...filled, fill: css(colour) } : {}),
      })),
    ],
    hooks: { setCursor: [(chart) => setAt(chart.cursor.idx ?? null)] },
  };
}
