import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument, type Operation } from '../../api/openapi.js';
import { ROUTES } from '../../api/routes.js';
import { apiTypes } from '../../infra/openapi.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';
import { seed } from './made-records.js';

const document = openApiDocument();
const ajv = new Ajv2020({ strict: false, allErrors: true });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema({ $id: 'api', components: document.components });

/** Every fault of a value against a named schema of the document. */
function faultsOf(reference: string, value: unknown): unknown[] {
  const validate = ajv.compile({ $ref: `api${reference}` });
  return validate(value) ? [] : (validate.errors ?? []);
}

describe('the OpenAPI document', () => {
  it('names each operation once and resolves every reference', () => {
    const ids = ROUTES.map((route) => route.id);
    expect(new Set(ids).size).toBe(ids.length);
    const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? [];
    const known = Object.keys(document.components.schemas).map((id) => `#/components/schemas/${id}`);
    for (const each of references) expect(known).toContain(each);
  });

  it('has types for the dashboard and the CLI that are not stale', async () => {
    const written = readFileSync(new URL('../../web/src/api-types.ts', import.meta.url), 'utf8');
    expect(written === (await apiTypes()), 'run `npm run build && node dist/infra/openapi.js`').toBe(true);
  });

  it('gives bodies whose examples fit their own schemas', () => {
    for (const route of ROUTES.filter((each) => each.body)) {
      const operation = document.paths[route.path]?.[route.method] as Operation;
      const content = operation.requestBody?.content['application/json'];
      expect(faultsOf(String(content?.schema['$ref']), content?.example), route.id).toEqual([]);
    }
  });
});

describe('every operation, called with its example', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform();
    await seed(platform.ports);
  });
  afterAll(() => platform.close());

  for (const route of ROUTES)
    it(`${route.id} answers as it says`, async () => {
      const { params = {}, query = {}, body, file } = route.example;
      const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(params[name] ?? ''),
      );
      const address = `${route.root ? '' : '/api/v1'}${path}?${new URLSearchParams(query)}`;
      const response = await platform.call(address, {
        method: route.method.toUpperCase(),
        ...(body ? { body } : {}),
        ...(file === undefined ? {} : { body: file }),
      });
      const text = await response.text();
      expect(Object.keys(route.answers), text).toContain(String(response.status));
      expect(response.status, text).toBeLessThan(300);
      const operation = document.paths[route.path]?.[route.method] as Operation;
      const [type, content] = Object.entries(operation.responses[response.status]?.content ?? {})[0] ?? [];
      if (!type) return expect(text).toBe('');
      expect(response.headers.get('content-type')).toContain(type);
      if (content?.schema?.['$ref'])
        expect(faultsOf(String(content.schema['$ref']), JSON.parse(text))).toEqual([]);
    });
});
