import { describe } from 'vitest';
import { openServing } from '../../adapters/serving/index.js';
import { trainingPython } from '../python.js';
import { servingContract } from './serving-contract.js';

const python = trainingPython();
const skip = python ? null : 'the Python environment is not installed';

describe('torchscript: by a process of its own', () => {
  servingContract((objects) => openServing('torchscript:', { objects }), { skip });
});
