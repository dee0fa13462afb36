import type { Command } from 'commander';
import { audit } from '../../activities/auditing.js';
import type { Config } from '../../adapters/config.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { SentimentRule } from '../../domain/sentiment/routing.js';
import { connectApi, dataOf } from '../api.js';
import { isLocal, withPorts } from '../in-process.js';
import { printJson, printTable, say } from '../output.js';
import { decimalNumber, type Shell } from '../shell.js';

const BY = { principal: 'local', tenant: 'default' };
const LOCAL = ['--local', 'in this process, on the data directory, without a running platform'] as const;

/** `sentiment rules`. */
export function addRules(sentiment: Command, shell: Shell): void {
  const more = (text: string, before: SentimentRule[]): SentimentRule[] => [...before, readRule(text)];
  sentiment
    .command('rules')
    .description('which model is served for which language and feed; given rules replace all')
    .option('--rule <members>', 'language=de,source=<feed>,model=<model>; again for each', more, [])
    .option('--clear', 'remove all')
    .option(...LOCAL)
    .action(async ({ rule, clear, local }: { rule: SentimentRule[]; clear?: boolean; local?: boolean }) => {
      if (clear && rule.length > 0) throw new InvalidInputError('Give --rule or --clear, not both');
      const config = shell.config();
      const change = clear === true || rule.length > 0;
      const kept = isLocal(config, local)
        ? await withPorts(config, async (ports) => {
            if (!change) return (await ports.sentimentModels.rules()).rules;
            const { rules, updatedAt: at } = await ports.sentimentModels.setRules(rule, BY);
            const target = 'sentiment rules';
            await audit(ports, { ...BY, action: 'setSentimentRules', target }, { rules, at });
            return rules;
          })
        : await rulesThere(config, change ? rule : null);
      if (shell.json()) return printJson({ rules: kept });
      printTable(kept.map(({ language, source, model }) => ({ language, source, model })));
    });
}

async function rulesThere(config: Config, rules: SentimentRule[] | null): Promise<SentimentRule[]> {
  const { client } = connectApi(config);
  const found =
    rules === null
      ? dataOf(await client.GET('/sentiment/models', {}))
      : dataOf(await client.PUT('/sentiment/rules', { body: { rules } }));
  return found.rules as SentimentRule[];
}

/** @throws InvalidInputError */
function readRule(text: string): SentimentRule {
  const members = Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
  const { language, source, model, ...others } = members;
  if (!model || Object.keys(others).length > 0 || language === '' || source === '')
    throw new InvalidInputError(
      `Unreadable rule "${text}"; it is language=<language>,source=<feed>,model=<model>, one of the first two left out`,
    );
  return { ...(language ? { language } : {}), ...(source ? { source } : {}), model };
}

interface ExperimentFlags {
  shadow?: string;
  ab?: string;
  share: number;
  end?: boolean;
  local?: boolean;
}

/** `sentiment experiment`. */
export function addExperiment(sentiment: Command, shell: Shell): void {
  sentiment
    .command('experiment')
    .description('let a challenger score a share of the articles beside the served model')
    .option('--shadow <model>', 'only recorded')
    .option('--ab <model>', 'served for its share')
    .option('--share <share>', 'of the articles, by their ids', decimalNumber, 0.1)
    .option('--end', 'end the running one; its scores stay')
    .option(...LOCAL)
    .action(async (flags: ExperimentFlags) => {
      const { shadow, ab, share, end, local } = flags;
      const challenger = shadow ?? ab;
      if ([shadow !== undefined, ab !== undefined, end === true].filter(Boolean).length > 1)
        throw new InvalidInputError('Give one of --shadow, --ab and --end');
      const wanted = challenger
        ? { kind: shadow ? ('shadow' as const) : ('ab' as const), challenger, share }
        : null;
      const config = shell.config();
      const running = isLocal(config, local)
        ? await withPorts(config, async (ports) => {
            if (!wanted && !end) return ports.sentimentModels.experiment();
            const set = await ports.sentimentModels.setExperiment(wanted, BY);
            const target = 'sentiment experiment';
            await audit(ports, { ...BY, action: 'setSentimentExperiment', target }, { set, at: ports.now() });
            return set;
          })
        : await experimentThere(config, wanted, end === true);
      if (shell.json()) return printJson({ experiment: running });
      if (!running) return say('no comparison runs');
      printTable([{ ...running }]);
    });
}

async function experimentThere(
  config: Config,
  wanted: { kind: 'shadow' | 'ab'; challenger: string; share: number } | null,
  end: boolean,
) {
  const { client } = connectApi(config);
  if (wanted) return dataOf(await client.PUT('/sentiment/experiment', { body: wanted }));
  if (end) dataOf(await client.DELETE('/sentiment/experiment', {}));
  return dataOf(await client.GET('/sentiment/models', {})).experiment;
}
