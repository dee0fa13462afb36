import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startApi } from '../../api/server.js';
import {
  holdsRole,
  isLoopback,
  keyOfHeaders,
  mayActFor,
  requires,
  ROLES,
  type Principal,
} from '../../domain/identity.js';
import { startTestPlatform } from './made-platform.js';

const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

describe('an API without keys', () => {
  it('is the local person on loopback until the first key, which must be an admin', async () => {
    const platform = await startTestPlatform({ adminKey: '' });
    try {
      expect(await json(await platform.call('/api/v1/me', { key: null }))).toMatchObject({
        id: 'local',
        roles: ['admin'],
      });
      const made = (role: string) => ({ method: 'POST', key: null, body: { name: 'a', roles: [role] } });
      expect((await platform.call('/api/v1/principals', made('viewer'))).status).toBe(400);
      expect((await platform.call('/api/v1/principals', made('admin'))).status).toBe(201);
      expect((await platform.call('/api/v1/me', { key: null })).status).toBe(401);
    } finally {
      await platform.close();
    }
  });

  it('refuses to open itself to the network, and a taken port, in one clear sentence', async () => {
    await expect(startTestPlatform({ adminKey: '', host: '0.0.0.0' })).rejects.toThrow('no API key');
    const platform = await startTestPlatform();
    const config = { host: '127.0.0.1', port: Number(new URL(platform.url).port), logLevel: 'silent' };
    await expect(startApi({ ports: platform.ports, stories: platform.stories, config })).rejects.toThrow(
      'is in use',
    );
    await platform.close();
  });

  it('refuses rebound names, other sites and bodies that are no JSON', async () => {
    const platform = await startTestPlatform({ adminKey: '' });
    const { port } = new URL(platform.url);
    const status = (headers: Record<string, string>, body = '{}'): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(
          { port, host: '127.0.0.1', method: 'POST', path: '/api/v1/runs', headers },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          },
        );
        sent.once('error', reject).end(body);
      });
    const type = { 'content-type': 'application/json' };
    try {
      expect(await status({ ...type, host: 'evil.example' })).toBe(403);
      expect(await status({ ...type, origin: 'http://evil.example' })).toBe(403);
      expect(await status({ ...type, 'sec-fetch-site': 'cross-site' })).toBe(403);
      expect(await status({ 'content-type': 'text/plain', 'content-length': '2' })).toBe(415);
      expect(await status({ ...type, origin: platform.url })).toBe(400);
    } finally {
      await platform.close();
    }
  });

  it('answers 429 with when to come again once a principal has used its share', async () => {
    const platform = await startTestPlatform({ rateLimit: { capacity: 3, refillPerSecond: 0.1 } });
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let i = 0; i < 4; i++) statuses.push((last = await platform.call('/api/v1/timeframes')).status);
    await platform.close();
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('roles', () => {
  const of = (role: (typeof ROLES)[number]): Principal => ({ id: 'a', roles: [role], tenant: 'one' });
  it.each(ROLES.flatMap((held) => ROLES.map((asked) => [held, asked] as const)))(
    '%s as %s',
    (held, asked) => {
      expect(holdsRole(of(held), asked)).toBe(ROLES.indexOf(held) >= ROLES.indexOf(asked));
      expect([of(held)].filter(requires(asked)).length).toBe(Number(holdsRole(of(held), asked)));
    },
  );

  it('act for their own tenant, admins for all', () => {
    expect([
      mayActFor(of('operator'), 'one'),
      mayActFor(of('operator'), 'two'),
      mayActFor(of('admin'), 'two'),
    ]).toEqual([true, false, true]);
  });

  it.each([
    [{ authorization: 'Bearer abc' }, 'abc'],
    [{ authorization: 'bearer  abc ' }, 'abc'],
    [{ authorization: 'Basic abc' }, null],
    [{ apiKey: ' abc ' }, 'abc'],
    [{ authorization: 'Bearer a', apiKey: 'b' }, 'a'],
    [{}, null],
  ])('read the key of %j', (headers, key) => expect(keyOfHeaders(headers)).toBe(key));

  it.each([
    ['127.0.0.1', true],
    ['127.9.0.1', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['127.0.0.1.evil.example', false],
  ])('know whether %s is loopback', (host, known) => expect(isLoopback(host)).toBe(known));
});
