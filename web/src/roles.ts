import { client, dataOf, useLoaded } from './api';

/** Whether this principal may change things; null as long as that is not known. The API decides in the end. */
export function useMayOperate(): boolean | null {
  const me = useLoaded('me', async () => dataOf(await client.GET('/me')));
  return me.data && me.data.roles.some((role) => role === 'operator' || role === 'admin');
}
