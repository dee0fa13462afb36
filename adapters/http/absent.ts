import { UnreachableError } from '../../domain/errors.js';
import type { HttpClient } from './http.js';

/** Where no client guards requests to addresses that users give, none is made. */
export const absentHttp = (): HttpClient => ({
  async request() {
    throw new UnreachableError('This installation has no client for addresses that users give');
  },
  async close() {},
});
