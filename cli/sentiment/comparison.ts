import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Command } from 'commander';
import { createActivities } from '../../activities/index.js';
import { compareOnTexts, readModels, type ComparisonReport } from '../../activities/model-comparison.js';
import type { Config } from '../../adapters/config.js';
import { openPorts, parseCsv } from '../../adapters/open.js';
import { InvalidInputError, messageOf } from '../../domain/errors.js';
import { renderSentimentComparison } from '../../domain/report/sentiment-comparison.js';
import { RESAMPLES } from '../../domain/sentiment/comparison.js';
import { readLabelledTexts, type LabelledText } from '../../domain/sentiment/labelled-texts.js';
import { connectApi, dataOf } from '../api.js';
import { upload } from '../bars-upload.js';
import { isLocal } from '../in-process.js';
import { printJson, printTable, say } from '../output.js';
import { followStory } from '../run.js';
import { given, list, wholeNumber, type Shell } from '../shell.js';

interface Flags {
  models: string[];
  data?: string;
  source?: string;
  from?: string;
  to?: string;
  resamples: number;
  seed: string;
  report?: string;
  local?: boolean;
}

/** `sentiment compare`: which of two models is better, and how sure that is. */
export function addComparison(sentiment: Command, shell: Shell): void {
  sentiment
    .command('compare')
    .description('two models on labelled texts (--data), or on the articles that both have scored')
    .requiredOption('--models <a,b>', 'names, <name>@<version> or aliases', list)
    .option('--data <csv>', 'columns text and, where there are, label, source, language; .gz is fine')
    .option('--source <source>', 'of the articles: live, recorded:<directory>, simulated')
    .option('--from <time>', 'of the articles')
    .option('--to <time>', 'of the articles')
    .option('--resamples <n>', 'of the bootstrap', wholeNumber, RESAMPLES)
    .option('--seed <text>', 'of the bootstrap', '1')
    .option('--report <html>', 'write the page there, too')
    .option('--local', 'in this process, without a running platform')
    .action(async (flags: Flags) => {
      const { resamples, data, source, from, to } = flags;
      if (!(resamples >= 100 && resamples <= 20_000))
        throw new InvalidInputError(`--resamples ${resamples} is not from 100 to 20000`);
      if (data !== undefined && [source, from, to].some((each) => each !== undefined))
        throw new InvalidInputError('--source, --from and --to are of articles; leave them out with --data');
      const config = shell.config();
      const report = isLocal(config, flags.local)
        ? await compareHere(config, flags)
        : await compareThere(config, flags);
      if (flags.report) writeFileSync(flags.report, renderSentimentComparison(report));
      show(shell, report);
    });
}

async function compareHere(config: Config, flags: Flags): Promise<ComparisonReport> {
  const { models, data, local: _, report: __, ...rest } = flags;
  const texts = data === undefined ? null : readTexts(data);
  const ports = openPorts(config);
  try {
    if (!texts || data === undefined)
      return await createActivities(ports).gpu.compareModels({ models, ...given(rest) });
    const { resamples, seed } = flags;
    return await compareOnTexts(ports, {
      ...{ models: await readModels(ports, models), texts, name: basename(data), seed, resamples },
    });
  } finally {
    await ports.close();
  }
}

async function compareThere(config: Config, flags: Flags): Promise<ComparisonReport> {
  const { data, local: _, report: __, ...rest } = flags;
  const api = connectApi(config);
  // Faults of the file are told here, by their rows.
  if (data !== undefined) readTexts(data);
  const sent = data === undefined ? {} : { upload: (await upload(api, data)).name };
  const body = { ...given(rest), ...sent };
  const started = dataOf(await api.client.POST('/sentiment/comparisons', { body }));
  return (await followStory(config, started.workflowId)) as ComparisonReport;
}

/** @throws InvalidInputError where it cannot be read, or is no table of texts. */
function readTexts(file: string): LabelledText[] {
  try {
    const bytes = readFileSync(file);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const rows = parseCsv((isPacked ? gunzipSync(bytes) : bytes).toString('utf8'));
    const { texts, otherLabels } = readLabelledTexts(rows, file);
    for (const [label, count] of Object.entries(otherLabels))
      say(`${file}: ${count} texts are labelled "${label}": they count as texts without a label`);
    if (texts.length === 0) throw new InvalidInputError(`${file} has no text below its first line`);
    return texts;
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new InvalidInputError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

function show(shell: Shell, report: ComparisonReport): void {
  if (shell.json()) return printJson(report);
  const { figures, difference, mcnemar, models } = report;
  if (figures)
    printTable(
      ([figures.a, figures.b] as const).map((each, i) => ({
        model: models[i],
        accuracy: each.accuracy.toFixed(4),
        wilson95: each.wilson95.map((bound) => bound.toFixed(3)).join('…'),
        macroF1: each.macroF1.toFixed(4),
        ece: each.ece.toFixed(4),
        answered: each.answered.toFixed(3),
      })),
    );
  if (difference && mcnemar)
    printTable([
      {
        difference: 'first − second',
        accuracy: difference.accuracy.toFixed(4),
        accuracy95: difference.accuracy95.map((bound) => bound.toFixed(4)).join('…'),
        macroF1: difference.macroF1.toFixed(4),
        macroF195: difference.macroF195.map((bound) => bound.toFixed(4)).join('…'),
        p: mcnemar.pValue.toPrecision(3),
      },
    ]);
  printTable(
    report.subsets.map(({ by, value, n, agreement, accuracyA, accuracyB, adjustedPValue }) => ({
      ...{ by, value, n, agreement: agreement.toFixed(3) },
      ...{ a: accuracyA?.toFixed(3), b: accuracyB?.toFixed(3), p: adjustedPValue?.toPrecision(3) },
    })),
  );
  process.stdout.write(`${report.verdict}\n`);
}
