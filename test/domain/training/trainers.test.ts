import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMlState, readToolPaths } from '../../../adapters/toolchain.js';
import {
  parseTrainer,
  resolveParams,
  resolveTraining,
  TRAINER_DESCRIPTIONS,
  TRAINERS,
  USUAL_TRAINING,
} from '../../../domain/training/trainers.js';
import { checkForecastSpace } from '../../../domain/training/tuning.js';

const python = readMlState().state === 'ready' ? readToolPaths().mlPython : '';

describe('trainers', () => {
  it.each(TRAINERS)('%s takes its own defaults, and its own search space', (trainer) => {
    const { params, space } = TRAINER_DESCRIPTIONS[trainer];
    expect(resolveParams(trainer)).toEqual(params);
    expect(checkForecastSpace(trainer, space)).toBe(space);
    expect(resolveTraining(trainer).quantiles).toEqual(USUAL_TRAINING.quantiles);
  });

  it.each([
    [
      () => parseTrainer('lstm'),
      'Unknown trainer "lstm"; known: patchtst, patchtsmixer, transformer, dlinear',
    ],
    [() => resolveParams('dlinear', { wings: 2 }), 'Unknown parameter "wings" of dlinear'],
    [() => resolveParams('patchtst', { layer: 2 }), 'did you mean "layers"? known: d_model, layers'],
    [
      () => resolveParams('patchtst', { layers: 'two' }),
      'layers of patchtst is "two"; it must be a number, such as 2',
    ],
    [() => resolveParams('patchtst', { dropout: NaN }), 'dropout of patchtst is null; it must be a number'],
    [
      () => resolveTraining('ridge', { epochs: 3 } as never),
      'Unknown training setting "epochs"; known: maxEpochs',
    ],
    [() => resolveTraining('ridge', { maxEpochs: 0 }), 'maxEpochs is 0; it must be a whole number from 1'],
    [() => resolveTraining('ridge', { learningRate: 0 }), 'learningRate is 0; it must be a number above 0'],
    [
      () => resolveTraining('ridge', { quantiles: [0.5, 0.1] }),
      'quantiles are 0.5, 0.1; they must be levels',
    ],
  ])('wrong settings are named %#', (work, message) => {
    expect(work).toThrow(message);
  });

  it.skipIf(!python || !existsSync(python))(
    'have the defaults of their Python files',
    () => {
      const kinds = TRAINERS.filter((each) => each !== 'ridge');
      const script = `
import importlib, json, sys
from finsight_ml.models import MODELS
for kind in sys.argv[1:]:
    assert kind in MODELS, kind
print(json.dumps({kind: importlib.import_module(f"finsight_ml.models.{kind}").DEFAULTS for kind in sys.argv[1:]}))`;
      const said = execFileSync(python, ['-c', script, ...kinds], {
        cwd: resolve('ml-pipelines'),
        encoding: 'utf8',
      });
      const ours = Object.fromEntries(kinds.map((kind) => [kind, TRAINER_DESCRIPTIONS[kind].params]));
      expect(JSON.parse(said)).toEqual(ours);
    },
    120_000,
  );
});
