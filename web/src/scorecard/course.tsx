import { useMemo } from 'react';
import { LinePlot } from '../charts/line';
import { change, percent } from '../format';
import { Empty } from '../parts';
import { courseOf, type Settlement } from './kinds';

/** Around a sum that never moved, ±1 %. */
const FLAT: [number, number] = [-0.01, 0.01];

/** Share of right directions, of outcomes inside and the sum after costs, as they became known. */
export function CourseCharts({ settlements, asked }: { settlements: Settlement[]; asked: number | null }) {
  const { time, shares, sums } = useMemo(() => {
    const course = courseOf(settlements);
    return {
      time: course.time,
      shares: [
        { label: 'direction right', colour: '--c1', values: course.direction },
        { label: 'inside the interval', colour: '--c3', values: course.coverage },
        ...(asked === null
          ? []
          : [{ label: 'asked for', colour: '--c3', values: course.time.map(() => asked), dashed: true }]),
        { label: 'a coin', colour: '--soft', values: course.time.map(() => 0.5), dashed: true },
      ],
      sums: [{ label: 'after costs', colour: '--c2', values: course.net }],
    };
  }, [settlements, asked]);
  const isFlat = sums[0]?.values.every((each) => each === 0) ?? true;
  if (time.length < 2) return <Empty>One settled prediction is no course yet.</Empty>;
  return (
    <div className="halves">
      <LinePlot
        time={time}
        curves={shares}
        title="Share so far"
        show={(value) => percent(value, 1)}
        height={240}
        bounds={[0, 1]}
      />
      <LinePlot
        time={time}
        curves={sums}
        title="Sum of returns"
        show={(value) => change(value, 1)}
        height={240}
        {...(isFlat ? { bounds: FLAT } : {})}
      />
    </div>
  );
}
