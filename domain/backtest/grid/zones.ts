/**
 * Bars in short stretches that never cross a UTC day: what is known of a whole zone (its lowest and highest close, that
 * two columns do not cross in it) is not asked of each bar.
 */
export interface Zones {
  /** Zone z holds the bars [start[z], start[z + 1]). */
  start: Int32Array;
  lowestClose: Float64Array;
  highestClose: Float64Array;
  /** −1 inside a day, else how many days without bars lie before the day that ends with the zone. */
  idleDays: Int32Array;
}

const DAY = 86_400_000;
/** Long enough to skip much, short enough that few hold a crossing. */
const ZONE_BARS = 32;

export function zonesOf({ time, close }: { time: Float64Array; close: Float64Array }): Zones {
  const n = time.length;
  const dayOf = (i: number): number => Math.floor((time[i] as number) / DAY);
  const starts: number[] = [];
  const idle: number[] = [];
  let day = dayOf(0);
  let lastEnded = day;
  for (let from = 0; from < n;) {
    day = dayOf(from);
    let to = from + 1;
    while (to < n && to - from < ZONE_BARS && dayOf(to) === day) to++;
    const ends = to === n || dayOf(to) !== day;
    starts.push(from);
    idle.push(ends ? Math.max(0, day - lastEnded - 1) : -1);
    if (ends) lastEnded = day;
    from = to;
  }
  starts.push(n);
  const count = idle.length;
  const zones: Zones = {
    start: Int32Array.from(starts),
    lowestClose: new Float64Array(count),
    highestClose: new Float64Array(count),
    idleDays: Int32Array.from(idle),
  };
  for (let z = 0; z < count; z++) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = starts[z] as number; i < (starts[z + 1] as number); i++) {
      const value = close[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    zones.lowestClose[z] = low;
    zones.highestClose[z] = high;
  }
  return zones;
}
