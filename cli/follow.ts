import { say } from './output.js';
import { sentenceOf } from './training/watch.js';

interface Step {
  name: string;
  state: string;
  detail: string;
}

interface Retry {
  story: string;
  step: string;
  attempt: number;
  attempts: number | null;
  failure: string;
}

interface Training {
  story: string;
  epochs: { epoch: number; trainLoss: number; validationLoss: number }[];
  maxEpochs: number | null;
  rowsPerSecond: number | null;
}

const MARKS: Record<string, string> = { waiting: '·', running: '…', done: '✓', failed: '✗' };

/**
 * Prints a story's progress as it comes: on a terminal the running step's line is rewritten, elsewhere each
 * change of state is one line.
 */
export function progressPrinter(
  stream: NodeJS.WriteStream = process.stderr,
): (progress: { steps: Step[]; retrying?: Retry[]; training?: Training[] }) => void {
  const shown = new Map<string, string>();
  let open = false;
  return ({ steps, retrying = [], training = [] }) => {
    for (const told of training) {
      const done = Number(shown.get(told.story) ?? 0);
      if (told.epochs.length <= done) continue;
      shown.set(told.story, String(told.epochs.length));
      if (open) stream.write('\r\x1b[2K');
      open = false;
      for (const epoch of told.epochs.slice(done)) say(`  ${sentenceOf(epoch, told)}`);
    }
    for (const { story, step, attempt, attempts, failure } of retrying) {
      const key = `${story} ${step}`;
      if (shown.get(key) === String(attempt)) continue;
      shown.set(key, String(attempt));
      if (open) stream.write('\r\x1b[2K');
      open = false;
      say(`↻ ${step}, attempt ${attempt}${attempts ? ` of ${attempts}` : ''}: ${failure}`);
    }
    for (const step of steps) {
      const text = `${MARKS[step.state] ?? '?'} ${step.name}${step.detail ? `  ${step.detail}` : ''}`;
      if (step.state === 'waiting' || shown.get(step.name) === text) continue;
      const before = shown.get(step.name)?.[0];
      shown.set(step.name, text);
      if (stream.isTTY && step.state === 'running') {
        stream.write(`\r\x1b[2K${text}`);
        open = true;
      } else if (before !== text[0] || stream.isTTY) {
        if (open) stream.write('\r\x1b[2K');
        open = false;
        say(text);
      }
    }
  };
}
