import type {
  IChartApi,
  ISeriesApi,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  Time,
} from 'lightweight-charts';

interface Band {
  from: Time;
  to: Time;
  /** Last close, where the interval opens. */
  start: number;
  lower: number;
  upper: number;
  colour: string;
}

/** The interval as a filled fan; the chart library draws lines only. */
export function intervalBand(band: Band): ISeriesPrimitive<Time> {
  let place: { chart: IChartApi; series: ISeriesApi<'Candlestick'> } | null = null;
  const draw = (context: CanvasRenderingContext2D): void => {
    if (!place) return;
    const scale = place.chart.timeScale();
    const [left, right] = [scale.timeToCoordinate(band.from), scale.timeToCoordinate(band.to)];
    const [start, lower, upper] = [band.start, band.lower, band.upper].map((value) =>
      place?.series.priceToCoordinate(value),
    );
    if (left === null || right === null || start == null || lower == null || upper == null) return;
    context.save();
    context.globalAlpha = 0.22;
    context.fillStyle = band.colour;
    context.beginPath();
    context.moveTo(left, start);
    context.lineTo(right, upper);
    context.lineTo(right, lower);
    context.closePath();
    context.fill();
    context.restore();
  };
  const renderer = {
    draw: (target: {
      useMediaCoordinateSpace(use: (scope: { context: CanvasRenderingContext2D }) => void): void;
    }) => target.useMediaCoordinateSpace(({ context }) => draw(context)),
  };
  return {
    attached({ chart, series }: SeriesAttachedParameter<Time>) {
      place = { chart: chart as IChartApi, series: series as ISeriesApi<'Candlestick'> };
    },
    detached() {
      place = null;
    },
    paneViews: () => [{ zOrder: () => 'bottom', renderer: () => renderer }],
  };
}
