import { InvalidInputError } from '../domain/errors.js';

/** What follows the scheme: the path of `sqlite:/data/x.db`, nothing for `onnx:`. */
export const schemePath = (address: string): string => address.slice(address.indexOf(':') + 1);

/** The registry's entry for an address. @throws InvalidInputError naming the variable and the known schemes. */
export function byScheme<T>(variable: string, registry: Record<string, T>, address: string): T {
  const scheme = address.slice(0, Math.max(address.indexOf(':'), 0));
  const found = Object.hasOwn(registry, scheme) ? registry[scheme] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(registry)
    .map((name) => `${name}:`)
    .join(', ');
  throw new InvalidInputError(
    `Unknown address "${redacted(address)}" in ${variable}; known schemes: ${known}`,
  );
}

/** An address as it may be shown: without user names, passwords, tokens and keys. */
export const redacted = (address: string): string =>
  address
    .replace(/\/\/[^/?#]*@/, '//')
    .replace(/([?&](?:recent|old|repository)=)[^&]*/g, (part, name: string) => {
      const inner = decodeURIComponent(part.slice(name.length));
      return name + encodeURIComponent(redacted(inner));
    });
