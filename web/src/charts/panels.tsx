import { useEffect, useId, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { moment } from '../format';
import { axisStyle, DATES } from './axes';
import { css, onTheme } from './theme';

export interface PanelCurve {
  label: string;
  /** A colour variable of the style sheet, such as `--c1`. */
  colour: string;
  values: (number | null)[];
}

export interface Panel {
  /** Quantity and unit of the vertical axis. */
  title: string;
  curves: PanelCurve[];
  /** Drawn below the first curve, in its colour. */
  band?: { label: string; lower: (number | null)[]; upper: (number | null)[] };
  show: (value: number) => string;
  height: number;
  bars?: boolean;
  /** Of the vertical axis; by the values where it is left out. */
  bounds?: [number, number];
}

interface Stack {
  /** Epoch ms, ascending; the panels share it. */
  time: number[];
  panels: Panel[];
  /** Place of the point that is looked at closer. */
  picked: number;
  onPick: (place: number) => void;
}

/** Panels one below the other over the same time, UTC, with one cursor; a click picks a point. */
export function PanelStack({ time, panels, picked, onPick }: Stack) {
  const [at, setAt] = useState<number | null>(null);
  const group = useId();
  const place = at ?? picked;
  return (
    <figure className="plot panels">
      <figcaption className="legend">
        <span className="when">{moment(time[place])}</span>
        {panels.flatMap(({ curves, band, show }) => [
          ...curves.map(({ label, colour, values }) => (
            <span key={label} className="key">
              <i style={{ color: `var(${colour})` }} />
              {label} <b>{shown(values[place], show)}</b>
            </span>
          )),
          ...(band
            ? [
                <span key={band.label} className="key">
                  {band.label}{' '}
                  <b>
                    {shown(band.lower[place], show)} … {shown(band.upper[place], show)}
                  </b>
                </span>,
              ]
            : []),
        ])}
      </figcaption>
      {panels.map((panel, i) => (
        <PanelPlot
          key={panel.title}
          {...{ time, panel, group, picked, onPick, onCursor: setAt }}
          isLast={i === panels.length - 1}
        />
      ))}
      <label className="point">
        Point
        <input
          type="range"
          min={0}
          max={time.length - 1}
          value={picked}
          aria-valuetext={moment(time[picked])}
          onChange={(event) => onPick(Number(event.target.value))}
        />
      </label>
    </figure>
  );
}

const shown = (value: number | null | undefined, show: (value: number) => string): string =>
  typeof value === 'number' ? show(value) : '–';

interface Drawn {
  time: number[];
  panel: Panel;
  /** Panels of one group share the cursor. */
  group: string;
  picked: number;
  onPick: (place: number) => void;
  onCursor: (place: number | null) => void;
  isLast: boolean;
}

function PanelPlot(drawn: Drawn) {
  const { time, panel, picked } = drawn;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const now = useRef(drawn);
  now.current = drawn;
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const size = () => ({ width: element.clientWidth, height: now.current.panel.height });
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot({ ...optionsOf(now), ...size() }, dataOf(now.current), element);
    };
    draw();
    const off = onTheme(draw);
    const observer = new ResizeObserver(() => chart.current?.setSize(size()));
    observer.observe(element);
    return () => {
      off();
      observer.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [time, panel]);
  useEffect(() => chart.current?.redraw(false), [picked]);
  const label = `${panel.title}: ${panel.curves.map((each) => each.label).join(', ')}`;
  return <div ref={host} role="img" aria-label={label} style={{ minHeight: panel.height }} />;
}

const dataOf = ({ time, panel: { curves, band } }: Drawn): uPlot.AlignedData =>
  [
    time.map((each) => each / 1000),
    ...curves.map(({ values }) => values),
    ...(band ? [band.upper, band.lower] : []),
  ] as uPlot.AlignedData;

function optionsOf(now: { current: Drawn }): Omit<uPlot.Options, 'width' | 'height'> {
  const { panel, group, isLast } = now.current;
  const { curves, band, bounds } = panel;
  const axis = axisStyle();
  const none = { stroke: 'transparent', width: 0, points: { show: false } };
  return {
    legend: { show: false },
    padding: [8, 24, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { sync: { key: group }, drag: { x: false, y: false } },
    scales: bounds ? { y: { range: bounds } } : {},
    axes: [
      isLast
        ? {
            ...axis,
            values: DATES as unknown as uPlot.Axis.Values,
            label: 'Time, UTC',
            size: 50,
            labelGap: 6,
          }
        : { ...axis, values: (_chart, marks) => marks.map(() => ''), size: 6 },
      {
        ...axis,
        label: panel.title,
        size: 56,
        values: (_chart, marks) => marks.map((mark) => panel.show(mark)),
      },
    ],
    series: [
      {},
      ...curves.map((curve) => seriesOf(curve, panel.bars === true)),
      ...(band ? [none, none] : []),
    ],
    ...(band
      ? {
          bands: [
            {
              series: [curves.length + 1, curves.length + 2] as [number, number],
              fill: `${css(curves[0]?.colour ?? '--c1')}33`,
            },
          ],
        }
      : {}),
    hooks: {
      setCursor: [(chart) => now.current.onCursor(chart.cursor.idx ?? null)],
      draw: [(chart) => drawPicked(chart, now.current)],
      ready: [
        (chart) =>
          chart.over.addEventListener('click', () => {
            if (typeof chart.cursor.idx === 'number') now.current.onPick(chart.cursor.idx);
          }),
      ],
    },
  };
}

/** A hole stays a hole: where nothing is known no line is drawn. */
function seriesOf({ label, colour }: PanelCurve, bars: boolean): uPlot.Series {
  const paint = { label, stroke: css(colour), width: 1.5, spanGaps: false };
  if (!bars) return paint;
  const paths = uPlot.paths.bars?.({ size: [0.8, 20] }) as uPlot.Series.PathBuilder;
  return { ...paint, width: 0, paths, fill: css(colour), points: { show: false } };
}

function drawPicked({ ctx, bbox, valToPos }: uPlot, { time, picked }: Drawn): void {
  const at = time[picked];
  if (at === undefined) return;
  const x = Math.round(valToPos(at / 1000, 'x', true));
  ctx.save();
  ctx.strokeStyle = css('--fg');
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
