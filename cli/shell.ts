import { InvalidArgumentError, type Command } from 'commander';
import type { Config } from '../adapters/config.js';

/** What every command gets: the configuration with `--data-dir` applied, and how to answer. */
export interface Shell {
  config(): Config;
  json(): boolean;
  /** For a command that has printed what is wrong itself. */
  endWith(exitCode: number): void;
}

export type AddCommands = (program: Command, shell: Shell) => void;

/** Reads `--option 12` as a whole number. @throws InvalidArgumentError, to which commander adds the option. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value)) return value;
  throw new InvalidArgumentError('It is no whole number.');
}

/** Reads `--option 0.5`. @throws InvalidArgumentError */
export function decimalNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It is no number.');
}

/** Reads a TCP port; 0 asks for any free one. @throws InvalidArgumentError */
export function portNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('A port is a whole number from 0 (any free one) to 65535.');
}

/** Reads `--option '{…}'`. @throws InvalidArgumentError naming the fault, or what came in the object's place. */
export function jsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is not JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new InvalidArgumentError('It must be a JSON object, such as {"name":"value"}.');
}

export const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** Members that were given: absent options must stay absent, not become undefined. */
export const given = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
