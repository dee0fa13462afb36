import type { Ports } from '../adapters/ports.js';
import { asksFor } from '../domain/coverage-proofs.js';
import { contains, intersect, interval, type Intervals } from '../domain/intervals.js';
import { isImport } from '../domain/sources.js';
import { beat, resumed } from './beat.js';
import type { CoverageKey } from './coverage-store.js';
import { timeOfRow } from '../domain/quarantine.js';
import { storedBatches } from './gathering.js';
import { fillFromFiles } from './healing-files.js';
import { conclude, wantedBars } from './holes.js';
import { judgePage, type JudgedPage } from './pages.js';

/** A stretch that the venue is being asked for, with what it has said so far. */
export interface Question {
  asked: { from: number; to: number };
  seen: number[];
  refused: number[];
  /** Where the next page begins; null when it has been asked to its end. */
  next: number | null;
}

export interface FillRequest extends CoverageKey {
  /** Holes before this bar open have been asked for. */
  cursor: number;
  /** A question that the step before did not come to the end of. */
  open?: Question | null;
  /** Holes from this bar open on are left alone. */
  until?: number;
  /** Also asks again for what is quarantined or was proved to be closed: venues fill holes late. */
  recheck?: boolean;
}

export interface FillChunk {
  stored: number;
  quarantined: number;
  proved: number;
  next: number | null;
  open: Question | null;
}

/** Pages of one step: about a minute of a polite client. */
const PAGES_PER_STEP = 40;
/** Holes so many bars apart are asked for in one go: a page costs the same, full or not. */
const REACH_BARS = 200;

/** A question in the course of a step, and as it was when the step began. */
interface Asking extends Question {
  begun: Question;
}

interface Task {
  request: FillRequest;
  question: Asking;
  wanted: Intervals;
}

export const healingSteps = (ports: Ports) => ({
  /**
   * Asks the venue for the missing bars from `cursor` on and stores those that it has; what it has not, though it has
   * bars before and after, is proved to be exchange-closed. Bars that are stored already are left as they are.
   */
  fillHoles: (request: FillRequest): Promise<FillChunk> =>
    fillSome(ports, request, resumed<FillChunk>() ?? beginning(request)),
});

/** The same for all holes of a stretch, within another step. */
export async function fillAll(ports: Ports, request: FillRequest): Promise<void> {
  let chunk: FillChunk = resumed<FillChunk>() ?? beginning(request);
  while (chunk.next !== null) chunk = await fillSome(ports, request, chunk);
}

const beginning = ({ cursor, open = null }: FillRequest): FillChunk => ({
  stored: 0,
  quarantined: 0,
  proved: 0,
  next: cursor,
  open,
});

async function fillSome(ports: Ports, request: FillRequest, before: FillChunk): Promise<FillChunk> {
  if (isImport(request.source)) return fillFromFiles(ports, request);
  const chunk = { ...before };
  const { wanted, sets, step } = await wantedBars(ports, request);
  const behind = interval(chunk.open?.asked.to ?? chunk.next ?? request.cursor, Infinity);
  const asks = asksFor(sets, intersect(wanted, behind), { step, reach: REACH_BARS * step });
  const questions = asks.map((asked): Question => ({ asked, seen: [], refused: [], next: asked.from }));
  if (chunk.open) questions.unshift(chunk.open);
  // Those that are not concluded, in the order in which they are asked.
  const open = questions.map((question): Asking => ({ ...question, begun: carried(question) }));
  const asking = askQuestions(ports, { request, questions: [...open], wanted });
  for await (const batch of storedBatches(ports, request, asking)) {
    chunk.stored += batch.stored;
    chunk.quarantined += batch.newFaults;
    for (const page of batch.pages) {
      takeAnswer(page);
      if (page.next !== null) continue;
      chunk.proved += await conclude(ports, request, { answer: page.question, wanted, sets });
      open.shift();
    }
    // A question is concluded from all of its answers: a lost attempt asks it from its beginning.
    beat({ ...chunk, ...restOf(open[0]?.begun) });
  }
  const [part] = open;
  if (part && part.next !== part.begun.next)
    chunk.proved += await conclude(ports, request, { answer: part, wanted, sets });
  return { ...chunk, ...restOf(part && carried(part)) };
}

interface Answer extends JudgedPage {
  question: Asking;
}

const restOf = (question: Question | undefined): Pick<FillChunk, 'next' | 'open'> => ({
  next: question?.next ?? null,
  open: question ?? null,
});

/** What the rest of a question needs of its beginning: that there was a bar before, and whether a row was refused. */
const carried = ({ asked, seen, refused, next }: Question): Question => ({
  asked,
  seen: seen.slice(-1),
  refused: refused.slice(0, 1),
  next,
});

/** Pages of all questions one after the other, as many as a step takes. */
async function* askQuestions(
  ports: Ports,
  { request, questions, wanted }: Omit<Task, 'question'> & { questions: Asking[] },
): AsyncGenerator<Answer> {
  const { stream, source } = request;
  const isWanted = (time: number): boolean => contains(wanted, time);
  let pages = 0;
  for (const question of questions)
    for (let next = question.next; next !== null && pages < PAGES_PER_STEP; pages++) {
      beat();
      const range = { from: next, to: question.asked.to };
      const page = await judgePage(ports, { stream, source, range, wanted: isWanted });
      next = page.next;
      yield { ...page, question };
    }
}

function takeAnswer({ question, ...page }: Answer): void {
  for (const time of page.times) question.seen.push(time);
  question.refused.push(...page.faults.map(({ bar }) => Number(bar['time'] ?? timeOfRow(bar['row']))));
  question.next = page.next;
}
