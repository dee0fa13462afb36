import { client, dataOf } from '../api';
import type { ServingHealth } from './kinds';

const loose = client as unknown as {
  GET(path: string): Promise<{ data?: never; error?: unknown; response: Response }>;
};

export const readServing = async (): Promise<ServingHealth> => dataOf(await loose.GET('/serving'));
