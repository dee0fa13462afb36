import { CandlestickSeries, createChart, LineSeries, type IChartApi, type Time } from 'lightweight-charts';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

const css = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const seconds = (time: number): Time => (time / 1000) as Time;

/** Calls back when the person switches between light and dark. */
function onTheme(redraw: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', redraw);
  return () => query.removeEventListener('change', redraw);
}

export interface Candle {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

export interface Forecast {
  asOf: number;
  targetTime: number;
  lastClose: number;
  mean: number;
  interval: { lower: number; upper: number };
}

/** Candles with the forecast's mean and interval from the last close to its target. */
export function PriceChart({
  bars,
  step,
  forecast,
}: {
  bars: Candle[];
  step: number;
  forecast: Forecast | null;
}) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current) return;
    const element = host.current;
    let chart: IChartApi | null = null;
    const draw = (): void => {
      chart?.remove();
      chart = drawPrice(element, { bars, step, forecast });
    };
    draw();
    const off = onTheme(draw);
    return () => {
      off();
      chart?.remove();
    };
  }, [bars, step, forecast]);
  return <div ref={host} className="chart price" />;
}

function drawPrice(
  element: HTMLElement,
  { bars, step, forecast }: { bars: Candle[]; step: number; forecast: Forecast | null },
): IChartApi {
  const chart = createChart(element, {
    autoSize: true,
    layout: { background: { color: css('--card') }, textColor: css('--soft'), attributionLogo: true },
    grid: { vertLines: { color: css('--line') }, horzLines: { color: css('--line') } },
    timeScale: { timeVisible: true, rightOffset: 6, borderColor: css('--line') },
    rightPriceScale: { borderColor: css('--line') },
  });
  const [up, down] = [css('--good'), css('--bad')];
  const candles = chart.addSeries(CandlestickSeries, {
    upColor: up,
    downColor: down,
    wickUpColor: up,
    wickDownColor: down,
    borderVisible: false,
  });
  // A bar is drawn at its close, where the forecast begins.
  candles.setData(bars.map((bar) => ({ ...bar, time: seconds(bar.time + step) })));
  if (forecast) {
    const { asOf, targetTime, lastClose, mean, interval } = forecast;
    const lines = [
      { value: interval.upper, style: 2, title: 'upper' },
      { value: mean, style: 0, title: 'forecast' },
      { value: interval.lower, style: 2, title: 'lower' },
    ] as const;
    for (const { value, style, title } of lines) {
      const options = {
        color: css('--accent'),
        lineWidth: 2,
        lineStyle: style,
        title,
        priceLineVisible: false,
      } as const;
      chart.addSeries(LineSeries, options).setData([
        { time: seconds(asOf), value: lastClose },
        { time: seconds(targetTime), value },
      ]);
    }
  }
  const last = bars.length;
  chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, last - 120), to: last + 4 });
  return chart;
}

export interface Curve {
  label: string;
  colour: string;
  values: (number | null)[];
}

/** Lines over time; `time` in epoch ms. */
export function LinePlot({ time, curves, bars }: { time: number[]; curves: Curve[]; bars?: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current || time.length === 0) return;
    const element = host.current;
    let plot: uPlot | null = null;
    const draw = (): void => {
      plot?.destroy();
      const axis = {
        stroke: css('--soft'),
        grid: { stroke: css('--line'), width: 1 },
        ticks: { stroke: css('--line') },
      };
      plot = new uPlot(
        {
          width: element.clientWidth,
          height: 260,
          axes: [axis, { ...axis, size: 64 }],
          series: [
            {},
            ...curves.map(({ label, colour }) => ({
              label,
              stroke: css(colour),
              width: 1.6,
              ...(bars
                ? {
                    paths: uPlot.paths.bars?.({ size: [0.7, 20] }) as uPlot.Series.PathBuilder,
                    fill: css(colour),
                  }
                : {}),
            })),
          ],
        },
        [time.map((each) => each / 1000), ...curves.map(({ values }) => values)] as uPlot.AlignedData,
        element,
      );
    };
    draw();
    const off = onTheme(draw);
    const observer = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: 260 }));
    observer.observe(element);
    return () => {
      off();
      observer.disconnect();
      plot?.destroy();
    };
  }, [time, curves, bars]);
  return <div ref={host} className="chart" />;
}
