const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const UNITS: Record<string, number> = { s: 1000, m: MINUTE_MS, h: 3_600_000, d: 86_400_000 };

/** The shortest time between two starts of a cron line within a day, ms; days and months are not looked at. */
export function cronInterval(line: string): number {
  const every = /^@every (\d+)([smhd])$/.exec(line);
  if (every) return Number(every[1]) * (UNITS[every[2] ?? 'm'] ?? MINUTE_MS);
  if (line === '@hourly') return 60 * MINUTE_MS;
  const [minute = '', hour = ''] = line.startsWith('@') ? ['0', '0'] : line.trim().split(/ +/);
  const starts = valuesOf(hour, 24).flatMap((h) => valuesOf(minute, 60).map((m) => 60 * h + m));
  starts.sort((a, b) => a - b);
  const gaps = starts.map((at, i) => (starts[i + 1] ?? (starts[0] ?? 0) + DAY_MINUTES) - at);
  return Math.min(DAY_MINUTES, ...gaps) * MINUTE_MS;
}

/** What a field such as `*`, `1-10/3` or `0,30` stands for; a step behind one value goes on to the end. */
function valuesOf(field: string, end: number): number[] {
  const values = field.split(',').flatMap((piece) => {
    const [, from, to, step] = /^(?:[*?]|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(piece) ?? [];
    const first = Number(from ?? 0);
    const last = to !== undefined ? Number(to) : from === undefined || step !== undefined ? end - 1 : first;
    const length = Math.max(0, Math.floor((last - first) / Number(step ?? 1)) + 1);
    return Array.from({ length }, (_, i) => first + i * Number(step ?? 1));
  });
  return [...new Set(values)];
}
