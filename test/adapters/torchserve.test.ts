import { describe } from 'vitest';
import { openServing } from '../../adapters/serving/index.js';
import { torchserve, torchServeAddress } from '../../infra/test-servers/torchserve.js';
import { trainingPython } from '../python.js';
import { realServer } from '../servers.js';
import { servingContract } from './serving-contract.js';

const ready = trainingPython()
  ? await realServer('serving torchserve:', torchserve)
  : { server: null, reason: 'the Python environment is not installed' };
const { server, reason } = ready;

describe('torchserve: against the real server', () => {
  servingContract((objects) => openServing(torchServeAddress(server!), { objects }), {
    skip: reason,
    timeoutMs: 120_000,
  });
});
