import { client, dataOf } from '../api';

export const readResources = async () => dataOf(await client.GET('/resources'));
