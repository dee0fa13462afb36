import type { ReactNode } from 'react';
import { moment } from './format';

export function Badge({ tone = '', children }: { tone?: string; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** Source kind and as-of time: stands beside every figure. */
export function Provenance({
  source,
  asOf,
}: {
  source: { kind: string; detail: string } | null;
  asOf: number | null;
}) {
  return (
    <span className="provenance">
      {source && (
        <span title={source.detail}>
          <Badge tone={source.kind}>{source.kind}</Badge>
        </span>
      )}
      <span className="soft">as of {moment(asOf)}</span>
    </span>
  );
}

export function Failure({ error }: { error: string | null }) {
  return error ? (
    <p role="alert" className="alert">
      {error}
    </p>
  ) : null;
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

export function Table({ head, rows }: { head: string[]; rows: ReactNode[][] }) {
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Card({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="card">
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
