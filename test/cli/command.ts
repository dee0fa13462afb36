import { vi } from 'vitest';
import { main } from '../../cli/main.js';

/** Runs a command in this process and gives its exit code and the JSON object it printed last. */
export async function runCommand(argv: string[]): Promise<{ code: number; answer: Record<string, unknown> }> {
  const out: string[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => out.push(String(chunk)) > 0);
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await main(argv);
  stdout.mockRestore();
  stderr.mockRestore();
  const last = out.join('').trim().split('\n').at(-1) ?? '';
  return { code, answer: last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {} };
}
