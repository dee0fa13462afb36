/** A figure as it is now, for Prometheus. */
export interface Metric {
  /** `finsight_…`, with its unit at the end. */
  name: string;
  help: string;
  samples: { labels: Record<string, string>; value: number }[];
}

/** Gauges in the text form that Prometheus reads, version 0.0.4. */
export const exposition = (metrics: Metric[]): string =>
  metrics
    .map(({ name, help, samples }) =>
      [
        `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
        `# TYPE ${name} gauge`,
        ...samples.map(({ labels, value }) => `${name}${labelled(labels)} ${value}`),
      ].join('\n'),
    )
    .join('\n')
    .concat('\n');

function labelled(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
