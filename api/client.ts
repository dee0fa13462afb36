import createClient from 'openapi-fetch';
import type { paths } from '../web/src/api-types.js';

/**
 * Typed client of the API: `client.GET('/runs/{workflowId}', { params: { path: { workflowId } } })`.
 * `baseUrl` is the server's address without `/api/v1`.
 */
export const createFinsightClient = (baseUrl: string, key?: string) =>
  createClient<paths>({
    baseUrl: `${baseUrl.replace(/\/+$/, '')}/api/v1`,
    headers: { accept: 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
  });
