import { client, dataOf } from '../api';
import type { Resources } from './kinds';

const loose = client as unknown as {
  GET(path: string): Promise<{ data?: never; error?: unknown; response: Response }>;
};

export const readResources = async (): Promise<Resources> => dataOf(await loose.GET('/resources'));
