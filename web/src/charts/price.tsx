import {
  CandlestickSeries,
  createChart,
  HistogramSeries,
  LineSeries,
  type IChartApi,
  type ISeriesApi,
  type Time,
} from 'lightweight-charts';
import { useEffect, useRef, useState } from 'react';
import type { Schemas } from '../api';
import { moment, number, percent, price, priceDigits } from '../format';
import { intervalBand } from './band';
import { css, onTheme } from './theme';

const seconds = (time: number): Time => (time / 1000) as Time;
/** Room of one bar at the start, in pixels: wide enough to see a forecast of a single bar. */
const BAR_PIXELS = 12;

interface Chart {
  /** Ascending. */
  bars: Schemas['Bar'][];
  /** Length of a bar, ms. */
  step: number;
  quote: string;
  forecast: Schemas['Prediction'] | null;
}

/** Candles with the forecast's mean and interval from the last close to its target. */
export function PriceChart({ bars, step, quote, forecast }: Chart) {
  const host = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  useEffect(() => {
    if (!host.current) return;
    const element = host.current;
    let chart: IChartApi | null = null;
    const draw = (): void => {
      chart?.remove();
      chart = drawPrice(element, { bars, step, quote, forecast });
      chart.subscribeCrosshairMove(({ time }) => setAt(typeof time === 'number' ? time * 1000 : null));
    };
    draw();
    const off = onTheme(draw);
    return () => {
      off();
      chart?.remove();
    };
  }, [bars, step, quote, forecast]);
  const bar = bars.find((each) => each.time + step === at) ?? bars.at(-1);
  return (
    <figure className="plot">
      <figcaption className="legend">
        {bar && (
          <>
            <span className="when">close {moment(bar.time + step)}</span>
            <span className="key">
              <Values of={{ O: bar.open, H: bar.high, L: bar.low, C: bar.close }} />
            </span>
            <span className="key">volume {number(bar.volume, 6)}</span>
          </>
        )}
        {forecast && (
          <span className="key">
            <i style={{ color: 'var(--c1)' }} />
            forecast <b>{price(forecast.mean)}</b>
          </span>
        )}
        {forecast && (
          <span className="key">
            <i className="dashed" style={{ color: 'var(--c1)' }} />
            {percent(forecast.interval.coverage, 0)} interval{' '}
            <b>
              {price(forecast.interval.lower)} … {price(forecast.interval.upper)}
            </b>
          </span>
        )}
      </figcaption>
      <div className="axis-title">Price, {quote}</div>
      <div ref={host} className="price" role="img" aria-label={`Price in ${quote} with the forecast`} />
      <div className="axis-title end">Time, UTC; a bar stands at its close</div>
    </figure>
  );
}

const Values = ({ of }: { of: Record<string, number> }) =>
  Object.entries(of).map(([name, value]) => (
    <span key={name} className="pair">
      {name} <b>{price(value)}</b>{' '}
    </span>
  ));

function drawPrice(element: HTMLElement, { bars, step, forecast }: Chart): IChartApi {
  const line = css('--line');
  const chart = createChart(element, {
    autoSize: true,
    layout: {
      background: { color: css('--card') },
      textColor: css('--soft'),
      fontSize: 12,
      attributionLogo: true,
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    timeScale: { timeVisible: true, rightOffset: 4, borderColor: line, barSpacing: BAR_PIXELS },
    rightPriceScale: { borderColor: line, scaleMargins: { top: 0.06, bottom: 0.2 } },
  });
  const digits = priceDigits(bars.at(-1)?.close ?? 1);
  const priceFormat = { type: 'price', precision: digits, minMove: 10 ** -digits } as const;
  drawVolume(chart, bars, step);
  const [up, down] = [css('--good'), css('--bad')];
  const candles = chart.addSeries(CandlestickSeries, {
    upColor: up,
    downColor: down,
    wickUpColor: up,
    wickDownColor: down,
    borderVisible: false,
    priceFormat,
    // The forecast's own labels stand at the same height.
    lastValueVisible: forecast === null,
    priceLineVisible: forecast === null,
  });
  // A bar is drawn at its close, where the forecast begins.
  candles.setData(bars.map((bar) => ({ ...bar, time: seconds(bar.time + step) })));
  if (forecast) drawForecast(chart, candles, forecast);
  return chart;
}

function drawVolume(chart: IChartApi, bars: Schemas['Bar'][], step: number): void {
  const volume = chart.addSeries(HistogramSeries, {
    color: css('--faint'),
    priceScaleId: '',
    priceLineVisible: false,
    lastValueVisible: false,
    priceFormat: { type: 'volume' },
  });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } });
  volume.setData(bars.map((bar) => ({ time: seconds(bar.time + step), value: bar.volume })));
}

function drawForecast(
  chart: IChartApi,
  candles: ISeriesApi<'Candlestick'>,
  { asOf, targetTime, lastClose, mean, interval: { lower, upper } }: Schemas['Prediction'],
): void {
  if (lastClose === null) return;
  const [from, to] = [seconds(asOf), seconds(targetTime)];
  for (const [value, style] of [
    [upper, 2],
    [mean, 0],
    [lower, 2],
  ] as const) {
    if (value === null) continue;
    const options = { color: css('--c1'), lineWidth: 2, lineStyle: style, priceLineVisible: false } as const;
    chart.addSeries(LineSeries, { ...options, crosshairMarkerVisible: false }).setData([
      { time: from, value: lastClose },
      { time: to, value },
    ]);
  }
  if (lower !== null && upper !== null)
    candles.attachPrimitive(intervalBand({ from, to, start: lastClose, lower, upper, colour: css('--c1') }));
}
