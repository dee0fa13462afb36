import type { Ports } from '../adapters/ports.js';
import { DataQualityError, NotFoundError } from '../domain/errors.js';
import { readFeatureVersion } from '../domain/features.js';
import type { ModelVersion } from '../domain/models.js';
import { sourceKey, type Source } from '../domain/sources.js';

/** The served version of a model name, for data of one kind of source. */
export interface Alias {
  id: string;
  name: string;
  sourceKey: string;
  alias: 'champion';
  model: string;
  evaluations: string[];
  updatedAt: number;
}

/** What was promoted on simulated data must not answer for the live market. */
export const championId = (name: string, source: Source): string => `${name}:champion:${sourceKey(source)}`;

/**
 * @param id `mdl_<name>@<version>` or `<name>@<version>`.
 * @throws NotFoundError, and DataQualityError where the model was trained on other feature definitions.
 */
export async function findModel(ports: Ports, id: string): Promise<ModelVersion> {
  const key = id.startsWith('mdl_') ? id : `mdl_${id}`;
  const model = await ports.documents.get<ModelVersion>('models', key);
  if (!model)
    throw new NotFoundError(`No model "${id}"; a model is <name>@<version>, see \`finsight models\``);
  if (model.task === 'forecast') readFeatureVersion(model.featureVersion, `Model ${key} was trained on`);
  return model;
}

/** @throws DataQualityError naming the leak where an audit rejected the model: it answers for nothing */
export function checkServable(model: ModelVersion): ModelVersion {
  const [leak] = model.leaks ?? [];
  if (!leak) return model;
  throw new DataQualityError(
    `${model.id} is rejected and not served: the leak audit of ${leak.evaluation} on ${leak.stream} failed (${leak.reasons.join('; ')})`,
  );
}

/** A version is served no longer; false where it was not. */
export async function dropAlias(ports: Ports, model: ModelVersion): Promise<boolean> {
  const alias = await ports.documents.get<Alias>('aliases', championId(model.name, model.source));
  if (alias?.model !== model.id) return false;
  await ports.documents.remove('aliases', [alias.id]);
  return true;
}
