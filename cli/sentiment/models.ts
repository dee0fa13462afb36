import type { Command } from 'commander';
import type { ListedSentimentModel } from '../../adapters/ports-sentiment.js';
import type { Ports } from '../../adapters/ports.js';
import type { Config } from '../../adapters/config.js';
import { audit } from '../../activities/auditing.js';
import { InvalidInputError } from '../../domain/errors.js';
import { readByLexicon } from '../../domain/sentiment/lexicon.js';
import type { SentimentAlias } from '../../domain/sentiment/routing.js';
import { modelName } from '../../domain/sentiment/scores.js';
import { connectApi, dataOf } from '../api.js';
import { isLocal, withPorts } from '../in-process.js';
import { printJson, printTable, say } from '../output.js';
import { addComparison } from './comparison.js';
import { addRescoring } from './rescoring.js';
import { addExperiment, addRules } from './rules.js';
import type { Shell } from '../shell.js';

const BY = { principal: 'local', tenant: 'default' };
const LOCAL = ['--local', 'in this process, on the data directory, without a running platform'] as const;

/** `sentiment models|alias|rules|experiment|explain|compare|rescore`: models side by side. */
export function addModels(sentiment: Command, shell: Shell): void {
  sentiment
    .command('models')
    .description('the models side by side, the served one first')
    .option(...LOCAL)
    .action(({ local }: { local?: boolean }) => listModels(shell, local));
  addAlias(sentiment, shell);
  addRules(sentiment, shell);
  addExperiment(sentiment, shell);
  sentiment
    .command('explain <text>')
    .description('which words of a text the lexicon counts, and with which weight')
    .action((text: string) => {
      const { counted, sum, row } = readByLexicon(text);
      const [negative, neutral, positive] = row;
      if (shell.json()) return printJson({ counted, sum, probabilities: { negative, neutral, positive } });
      printTable(counted.map(({ word, weight, by }) => ({ word, weight, by: by.join(' ') })));
    });
  addComparison(sentiment, shell);
  addRescoring(sentiment, shell);
}

async function listModels(shell: Shell, local: boolean | undefined): Promise<void> {
  const config = shell.config();
  const found = isLocal(config, local)
    ? await withPorts(config, async ({ sentimentModels: models }) => ({
        items: (await models.list()).map(shownModel),
        rules: (await models.rules()).rules,
        experiment: await models.experiment(),
        spending: await models.spending(),
      }))
    : dataOf(await connectApi(config).client.GET('/sentiment/models', {}));
  if (shell.json()) return printJson(found);
  printTable(
    found.items.map(({ model, kind, origin, served, aliases, languages, threshold }) => ({
      ...{ model, kind, origin, served: served ? 'yes' : '', aliases: aliases.join(' ') },
      ...{ languages: languages.join(' '), threshold },
    })),
  );
  if (found.experiment)
    say(`${found.experiment.kind}: ${found.experiment.challenger} on a share of ${found.experiment.share}`);
}

const shownModel = (each: ListedSentimentModel) => {
  const { ref, kind, origin, served, aliases, languages, threshold } = each;
  const { name, version, onnx } = ref;
  return {
    ...{ model: modelName(each), name, version, kind, origin, served, aliases, languages, threshold },
    ...{ bytes: onnx.bytes, sha256: onnx.sha256 },
  };
};

interface AliasFlags {
  reason?: string;
  rollback?: boolean;
  remove?: boolean;
  local?: boolean;
}

function addAlias(sentiment: Command, shell: Shell): void {
  sentiment
    .command('alias [name] [model]')
    .description('point an alias to a model (champion is the served one); without a name: list them')
    .option('--reason <text>', 'for those who read the history')
    .option('--rollback', 'back to the model that it pointed to before')
    .option('--remove', 'let it point nowhere')
    .option(...LOCAL)
    .action(async (name: string | undefined, model: string | undefined, flags: AliasFlags) => {
      const config = shell.config();
      if (name === undefined) return showAliases(shell, await readAliases(config, flags.local));
      const ways = [model !== undefined, flags.rollback === true, flags.remove === true].filter(Boolean);
      if (ways.length !== 1)
        throw new InvalidInputError(
          `Say where "${name}" shall point: finsight sentiment alias ${name} <model>, or --rollback, or --remove`,
        );
      const changed = isLocal(config, flags.local)
        ? await withPorts(config, (ports) => changeHere(ports, { name, model: model ?? null, ...flags }))
        : await changeThere(config, { name, model: model ?? null, ...flags });
      showAliases(shell, [changed]);
    });
}

type Change = AliasFlags & { name: string; model: string | null };
type ShownAlias = Pick<SentimentAlias, 'name' | 'model' | 'updatedAt' | 'history'>;

async function changeHere(ports: Ports, { name, model, reason, rollback }: Change): Promise<ShownAlias> {
  const changed = rollback
    ? await ports.sentimentModels.rollBack(name, BY)
    : await ports.sentimentModels.setAlias({ name, model, reason }, BY);
  const { from, to, at } = changed.history.at(-1) ?? { from: null, to: null, at: ports.now() };
  const action = rollback ? 'rollBackSentimentAlias' : 'setSentimentAlias';
  await audit(ports, { ...BY, action, target: `sentiment alias ${name}` }, { from, to, at });
  return changed;
}

async function changeThere(config: Config, { name, model, reason, rollback }: Change): Promise<ShownAlias> {
  const { client } = connectApi(config);
  const params = { path: { alias: name } };
  if (rollback) return dataOf(await client.POST('/sentiment/aliases/{alias}/rollback', { params }));
  if (model === null) return dataOf(await client.DELETE('/sentiment/aliases/{alias}', { params }));
  const body = { alias: name, ...(reason === undefined ? {} : { reason }) };
  const path = { path: { model } };
  return dataOf(await client.PUT('/sentiment/models/{model}/alias', { params: path, body }));
}

async function readAliases(config: Config, local: boolean | undefined): Promise<ShownAlias[]> {
  if (isLocal(config, local)) return withPorts(config, ({ sentimentModels }) => sentimentModels.aliases());
  return dataOf(await connectApi(config).client.GET('/sentiment/aliases', {})).items;
}

function showAliases(shell: Shell, all: ShownAlias[]): void {
  if (shell.json())
    return printJson({
      items: all.map(({ name, model, updatedAt, history }) => ({ name, model, updatedAt, history })),
    });
  printTable(
    all.flatMap(({ name, history }) =>
      history.toReversed().map(({ at, by, from, to, reason }) => ({
        ...{ alias: name, at: new Date(at).toISOString(), by, from, to, reason },
      })),
    ),
  );
}
