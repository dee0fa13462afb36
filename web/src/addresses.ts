/** A part of the address; one that a person mistyped is taken as it stands. */
export function decoded(part = ''): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
