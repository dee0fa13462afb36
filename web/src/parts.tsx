import { Fragment, useEffect, useRef, type ReactNode } from 'react';
import { useLink, type Loaded, type Source } from './api';
import { moment, percent, price } from './format';

/** What follows the page in the address, such as a stream. */
export interface PageProps {
  rest: string[];
}

export function Badge({ tone = '', children }: { tone?: string; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** Title, what the page shows, and its controls. */
export function Heading({ title, about, children }: { title: string; about: string; children?: ReactNode }) {
  return (
    <header className="heading">
      <div>
        <h1>{title}</h1>
        <p>{about}</p>
      </div>
      {children}
    </header>
  );
}

export function SourceBadge({ source }: { source: Source }) {
  return (
    <span title={source.detail || source.kind}>
      <Badge tone={source.kind}>{source.kind}</Badge>
    </span>
  );
}

/** Source kind and as-of time: stands beside every figure. */
export function Provenance({ source, asOf }: { source: Source | null; asOf: number | null }) {
  return (
    <span className="provenance">
      {source && <SourceBadge source={source} />}
      <span className="soft">as of {moment(asOf)}</span>
    </span>
  );
}

/** A row's name with the stream and the kind of source that its figures come from. */
export function Named({ of, children }: { of: { stream: string; source: Source }; children: ReactNode }) {
  return (
    <>
      {children}
      <span className="under" title={of.source.detail}>
        {of.stream.split('/').map((part, i) => (
          <Fragment key={part}>
            {i > 0 && '/'}
            <wbr />
            {part}
          </Fragment>
        ))}{' '}
        · {of.source.kind}
      </span>
    </>
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

/** Names and texts, one beside the other. */
export function Members({ of }: { of: readonly (readonly [name: string, text: string])[] }) {
  return (
    <dl>
      {of.map(([name, text]) => (
        <div key={name} className="contents">
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The error, the wait or the emptiness of a list; nothing where there is something to show. */
export function State({ of, empty, isEmpty }: { of: Loaded<unknown>; empty: ReactNode; isEmpty: boolean }) {
  const link = useLink();
  // The reason stands once above the page.
  if (of.error && link !== 'ok') return of.data === null ? <Empty>Not loaded.</Empty> : null;
  if (of.error) return <Failure error={of.error} />;
  if (of.data === null) return <p className="empty loading">Loading</p>;
  return isEmpty ? <Empty>{empty}</Empty> : null;
}

export function Card({
  title,
  aside,
  children,
}: {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}) {
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

/** A digest short enough for a line; the whole stands in its title. */
export function Digest({ sha256 }: { sha256: string }) {
  return <code title={sha256}>{sha256.slice(0, 12)}</code>;
}

type Forecast = {
  lastClose: number | null;
  mean: number | null;
  interval: { lower: number | null; upper: number | null; coverage: number | null };
};

/** The interval as a bar with the forecast and the last close on it. */
export function IntervalBar({ lastClose, mean, interval: { lower, upper, coverage } }: Forecast) {
  if (lower === null || upper === null || mean === null || !(upper > lower)) return null;
  const values = [lower, upper, mean, lastClose ?? mean];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = (value: number): string => `${(100 * (value - low)) / (high - low)}%`;
  const words = `${percent(coverage, 0)} interval ${price(lower)} … ${price(upper)}, forecast ${price(mean)}, last close ${price(lastClose)}`;
  return (
    <div className="interval" role="img" aria-label={words} title={words}>
      <span className="band" style={{ left: at(lower), right: `calc(100% - ${at(upper)})` }} />
      {lastClose !== null && <span className="close" style={{ left: at(lastClose) }} />}
      <span className="mean" style={{ left: at(mean) }} />
    </div>
  );
}

/** Comes into view where its address was asked for; a list further down may have asked. */
export function InView({ isAsked, children }: { isAsked: boolean; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isAsked) place.current?.scrollIntoView({ block: 'start' });
  }, [isAsked]);
  return (
    <div ref={place} className="stack in-view">
      {children}
    </div>
  );
}
