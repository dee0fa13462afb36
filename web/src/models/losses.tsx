import { useMemo } from 'react';
import { LinePlot, type Curve } from '../charts/line';
import { number } from '../format';
import { epochsOf, nameOf, type Version } from './kinds';

const COLOURS = ['--c1', '--c2'];

/** Losses of one or two versions by epoch; of one epoch there is no curve. */
export function Losses({ of }: { of: Pick<Version, 'name' | 'version' | 'training'>[] }) {
  const plot = useMemo(() => {
    const runs = of
      .map((each) => ({ each, epochs: epochsOf(each) }))
      .filter(({ epochs }) => epochs.length > 1);
    const longest = Math.max(0, ...runs.map(({ epochs }) => epochs.at(-1)?.epoch ?? 0));
    const at = Array.from({ length: longest }, (_, i) => i + 1);
    const curves = runs.flatMap(({ each, epochs }, i): Curve[] => {
      const prefix = runs.length > 1 ? `${nameOf(each)} ` : '';
      const read = (member: 'trainLoss' | 'validationLoss') =>
        at.map((epoch) => epochs.find((one) => one.epoch === epoch)?.[member] ?? null);
      const colour = COLOURS[i % COLOURS.length] ?? '--c1';
      return [
        { label: `${prefix}validation`, colour, values: read('validationLoss') },
        { label: `${prefix}training`, colour, values: read('trainLoss'), dashed: true },
      ];
    });
    return { at, curves };
    // A stored version never changes its training; a running one gets longer.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [of.map((each) => `${nameOf(each)} ${epochsOf(each).length}`).join(' ')]);
  if (plot.curves.length === 0) return null;
  return (
    <LinePlot
      time={plot.at}
      curves={plot.curves}
      title="Loss, scaled moves"
      show={(value) => number(value, 4)}
      height={220}
      across={{ title: 'Epoch', show: (epoch) => `epoch ${epoch}` }}
    />
  );
}
