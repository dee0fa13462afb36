import { percent, whole } from '../format';
import { Table } from '../table';

const LABELS = ['negative', 'neutral', 'positive'];

interface Matrix {
  /** Says what rows and columns are to those who do not see it. */
  label: string;
  rows: string;
  /** Put before the label of a column. */
  columns: string;
  counts: number[][];
  /** Name of the share on the diagonal. */
  share: string;
}

/** Rows sum up to the texts of a label; a cell is the darker the larger its share of the row. */
export function ConfusionTable({ label, rows, columns, counts, share }: Matrix) {
  return (
    <Table
      label={label}
      head={[
        rows,
        ...LABELS.map((name) => ({ name: `${columns} ${name}`, kind: 'number' as const })),
        { name: share, kind: 'number' },
      ]}
      rows={counts.map((row, own) => {
        const all = row.reduce((sum, each) => sum + each, 0);
        return [
          LABELS[own],
          ...row.map((count, other) => (
            <span
              key={other}
              className={other === own ? 'share right' : 'share'}
              style={{ '--share': `${all > 0 ? (100 * count) / all : 0}%` } as Record<string, string>}
            >
              {whole(count)}
            </span>
          )),
          percent(all > 0 ? (row[own] ?? 0) / all : null, 1),
        ];
      })}
    />
  );
}
