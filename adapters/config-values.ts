import { z } from 'zod';
import { messageOf } from '../domain/errors.js';
import { readAllowed } from './http/addresses.js';

/** `name=address` pairs, separated by commas. */
export function readFeeds(given: string, context: z.RefinementCtx): Record<string, string> {
  const feeds: Record<string, string> = {};
  for (const pair of given
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)) {
    const at = pair.indexOf('=');
    const [name, url] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    if (/^[A-Za-z0-9_-]+$/.test(name) && at > 0 && /^https?:/.test(url) && URL.canParse(url))
      feeds[name] = url;
    else context.addIssue(`unreadable feed "${pair}"; a feed is <name>=<http address>`);
  }
  return feeds;
}

/** Hosts, addresses and CIDRs, separated by commas. */
export function readAllowHosts(given: string, context: z.RefinementCtx): string[] {
  const entries = given
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  try {
    readAllowed(entries);
  } catch (error) {
    context.addIssue(messageOf(error));
  }
  return entries;
}

/** An address or a mailbox as it can stand in a header. */
export function readContact(given: string, context: z.RefinementCtx): string {
  if (!/^(https?:\/\/[\x21-\x27\x2a-\x7e]+|[^\s()@]+@[\w.-]+)?$/.test(given))
    context.addIssue('must be an address of a page or a mailbox, such as https://example.com/bot');
  return given;
}

/** A JSON object of exchange ids and base addresses. */
export function readHosts(given: string, context: z.RefinementCtx): Record<string, string> {
  try {
    return z.record(z.string(), z.url()).parse(JSON.parse(given));
  } catch {
    context.addIssue('must be JSON such as {"binance":"http://127.0.0.1:9000"}');
    return {};
  }
}

/** `NAME=value` lines; quotes around a value and comments behind it are not part of it. */
export function readDotEnv(content: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of content.split(/\r?\n/)) {
    const match =
      /^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*(?:\s#.*)?$/.exec(line);
    if (match?.[1]) values[match[1]] = match[2] ?? match[3] ?? match[4] ?? '';
  }
  return values;
}

/** Values separated by commas. */
export const readList = (given: string): string[] =>
  given
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
