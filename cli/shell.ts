import type { Command } from 'commander';
import type { Config } from '../adapters/config.js';

/** What every command gets: the configuration with `--data-dir` applied, and how to answer. */
export interface Shell {
  config(): Config;
  json(): boolean;
}

export type AddCommands = (program: Command, shell: Shell) => void;

/** Reads `--option 12` as a whole number. @throws through commander's own message. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value)) return value;
  throw new Error(`"${text}" is not a whole number`);
}

export const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** Members that were given: absent options must stay absent, not become undefined. */
export const given = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
