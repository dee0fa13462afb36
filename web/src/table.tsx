import type { ReactNode } from 'react';

/** A name alone is a column of text; numbers are set right-aligned, `wide` text may wrap; `address` makes a link. */
export type Column =
  string | { name: string; kind: 'text' | 'number' | 'wide'; title?: string; address?: string };

const nameOf = (column: Column): string => (typeof column === 'string' ? column : column.name);
const kindOf = (column: Column | undefined): string => (typeof column === 'object' ? column.kind : 'text');

interface Rows {
  /** Says what the table holds to those who do not see it. */
  label: string;
  head: Column[];
  rows: ReactNode[][];
  /** Rows that are shown elsewhere on the page too, or that the others are compared with. */
  isCurrent?: (row: number) => boolean;
}

/** The first column names the row and stays in view where the others scroll, by keyboard too. */
export function Table({ label, head, rows, isCurrent }: Rows) {
  if (rows.length === 0) return null;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((column) => (
              <th
                key={nameOf(column)}
                scope="col"
                className={kindOf(column)}
                title={typeof column === 'object' ? column.title : undefined}
              >
                {typeof column === 'object' && column.address ? (
                  <a href={column.address}>{column.name}</a>
                ) : (
                  nameOf(column)
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...rest], i) => (
            <tr key={i} aria-current={isCurrent?.(i) ? 'true' : undefined}>
              <th scope="row" className={kindOf(head[0])}>
                {first}
              </th>
              {rest.map((cell, j) => (
                <td key={j} className={kindOf(head[j + 1])}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
