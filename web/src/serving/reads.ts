import { client, dataOf } from '../api';

export const readServing = async () => dataOf(await client.GET('/serving'));
