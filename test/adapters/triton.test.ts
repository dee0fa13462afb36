import { describe } from 'vitest';
import { openServing } from '../../adapters/serving/index.js';
import { triton } from '../../infra/test-servers/triton.js';
import { realServer } from '../servers.js';
import { servingContract } from './serving-contract.js';

const { server, reason: skip } = await realServer('serving triton:', triton);

describe.each(['http', 'grpc'] as const)('the contract of a model server: triton: over %s', (protocol) => {
  servingContract((objects) => openServing(server?.serving(protocol) ?? '', { objects }), { skip });
});
