import { fixed, whole } from '../format';

interface Bin {
  n: number;
  confidence: number;
  accuracy: number;
}

const SIZE = 260;
const EDGE = { left: 44, bottom: 40, top: 8, right: 8 };
const MARKS = [0, 0.25, 0.5, 0.75, 1];

const x = (share: number): number => EDGE.left + share * (SIZE - EDGE.left - EDGE.right);
const y = (share: number): number => SIZE - EDGE.bottom - share * (SIZE - EDGE.top - EDGE.bottom);

interface Words {
  bins: readonly Bin[];
  /** What was said, what came of it, and what a bin counts. */
  said: string;
  came: string;
  unit: string;
}

/** What was said against what came of it: on the diagonal both are the same. */
export function Reliability({ bins, said, came, unit }: Words) {
  const most = Math.max(...bins.map((each) => each.n));
  const words = bins.map(
    (each) => `${fixed(each.confidence, 2)} said, ${fixed(each.accuracy, 2)} came (${whole(each.n)} ${unit})`,
  );
  return (
    <svg
      className="reliability"
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      role="img"
      aria-label={`Reliability: ${words.join('; ')}`}
    >
      {MARKS.map((mark) => (
        <g key={mark}>
          <line className="grid" x1={x(mark)} x2={x(mark)} y1={y(0)} y2={y(1)} />
          <line className="grid" x1={x(0)} x2={x(1)} y1={y(mark)} y2={y(mark)} />
          <text x={x(mark)} y={y(0) + 14} textAnchor="middle">
            {mark}
          </text>
          <text x={x(0) - 6} y={y(mark) + 4} textAnchor="end">
            {mark}
          </text>
        </g>
      ))}
      <line className="even" x1={x(0)} x2={x(1)} y1={y(0)} y2={y(1)} />
      <polyline points={bins.map((each) => `${x(each.confidence)},${y(each.accuracy)}`).join(' ')} />
      {bins.map((each, i) => (
        <circle
          key={i}
          cx={x(each.confidence)}
          cy={y(each.accuracy)}
          r={2.5 + 4.5 * Math.sqrt(each.n / most)}
        >
          <title>{words[i]}</title>
        </circle>
      ))}
      <text x={x(0.5)} y={SIZE - 6} textAnchor="middle">
        {said}
      </text>
      <text transform={`translate(11 ${y(0.5)}) rotate(-90)`} textAnchor="middle">
        {came}
      </text>
    </svg>
  );
}
