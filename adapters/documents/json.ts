/** JSON has no NaN and no infinities; metrics do. They are stored as `{"$number":"NaN"}` and come back as they were. */
const MARK = '$number';

export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'number' && !Number.isFinite(member) ? { [MARK]: String(member) } : member,
  );

export function fromJson<T>(text: string): T {
  // Reading with a reviver is several times slower, and hardly any document needs it.
  if (!text.includes(`{"${MARK}":"`)) return JSON.parse(text) as T;
  return JSON.parse(text, (_key, member: unknown) => numberOf(member)) as T;
}

function numberOf(member: unknown): unknown {
  if (member === null || typeof member !== 'object' || !Object.hasOwn(member, MARK)) return member;
  const text = (member as Record<string, unknown>)[MARK];
  const marked = text === 'NaN' || text === 'Infinity' || text === '-Infinity';
  return marked && Object.keys(member).length === 1 ? Number(text) : member;
}
