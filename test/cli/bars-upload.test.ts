import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { upload } from '../../cli/bars-upload.js';
import { InvalidInputError, NotFoundError, UnreachableError } from '../../domain/errors.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { ADMIN_KEY, startTestPlatform, type TestPlatform } from '../api/made-platform.js';

let platform: TestPlatform;
let api: { url: string; headers: Record<string, string> };
beforeAll(async () => {
  platform = await startTestPlatform({ uploadLimitBytes: 1000 });
  api = { url: platform.url, headers: { authorization: `Bearer ${ADMIN_KEY}` } };
});
afterAll(() => platform.close());

const directory = temporaryDirectory();
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const thrownBy = (path: string, to = api): Promise<unknown> =>
  upload(to, path).catch((error: unknown) => error);

it('sends a file under a plain name, and again without a second copy', async () => {
  const path = file('..my bars (1h).csv', 'time,open\n');
  const sent = await upload(api, path);
  const sha256 = createHash('sha256').update('time,open\n').digest('hex');
  expect(sent).toMatchObject({ name: '_my_bars__1h_.csv', object: { sha256 } });
  expect((await upload(api, path)).object).toEqual(sent.object);
});

it('tells what was wrong', async () => {
  const large = await thrownBy(file('large.csv', 'x'.repeat(2000)));
  expect(large).toBeInstanceOf(InvalidInputError);
  expect(String(large)).toContain('FINSIGHT_UPLOAD_LIMIT_MB');
  expect(await thrownBy(join(directory, 'none.csv'))).toBeInstanceOf(NotFoundError);
  mkdirSync(join(directory, 'folder'));
  expect(await thrownBy(join(directory, 'folder'))).toBeInstanceOf(NotFoundError);
  const away = { url: 'http://127.0.0.1:1', headers: {} };
  expect(await thrownBy(file('a.csv', 'a'), away)).toBeInstanceOf(UnreachableError);
  file('a.csv', 'a');
  await upload(api, join(directory, 'a.csv'));
  expect(String(await thrownBy(file('a.csv', 'b')))).toContain('other bytes');
});
