import { Fragment } from 'react';

/** Text with the places [from, to) that were asked for, in UTF-16 units; nothing of it is taken for HTML. */
export function Marked({ text, marks }: { text: string; marks: readonly (readonly number[])[] }) {
  const ends = marks.map(([, to = 0]) => to);
  return (
    <>
      {marks.map(([from = 0, to = 0], i) => (
        <Fragment key={from}>
          {text.slice(ends[i - 1] ?? 0, from)}
          <mark>{text.slice(from, to)}</mark>
        </Fragment>
      ))}
      {text.slice(ends.at(-1) ?? 0)}
    </>
  );
}
