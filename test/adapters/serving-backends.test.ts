import { describe } from 'vitest';
import { openServing } from '../../adapters/serving/index.js';
import { servingContract } from './serving-contract.js';

describe('the contract of a model server: onnx:', () => {
  servingContract((objects) => openServing('onnx:', { objects }));
});

describe('the contract of a model server: two instances of onnx:', () => {
  servingContract((objects) => openServing('onnx:,onnx:?instances=1', { objects }));
});

describe('the contract of a model server: onnx: with batches', () => {
  servingContract((objects) => openServing('onnx:?batch=32&waitMs=1', { objects }));
});
