import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { projectRoot } from '../adapters/config.js';
import { openApiDocument, type JsonSchema, type OpenApiDocument, type Operation } from '../api/openapi.js';

/**
 * TypeScript types of the API in the shape that openapi-fetch reads: `paths`, `components`, `operations`.
 * `node dist/infra/openapi.js` writes them to web/src/api-types.ts; a test fails where the file is stale.
 */
export async function apiTypes(document: OpenApiDocument = openApiDocument()): Promise<string> {
  const operations: [string, Operation][] = [];
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const methods = METHODS.map((method) => {
      const operation = item[method] as Operation | undefined;
      if (operation) operations.push([operation.operationId, operation]);
      return operation ? `${method}: operations['${operation.operationId}'];` : `${method}?: never;`;
    });
    return `${JSON.stringify(path)}: { parameters: ${NO_PARAMETERS}; ${methods.join(' ')} };`;
  });
  const schemas = Object.entries(document.components.schemas).map(
    ([id, schema]) => `${id}: ${typeOf(schema)};`,
  );
  const text = [
    '// Written by infra/openapi.ts from the OpenAPI document: change api/ and run `npm run openapi`.',
    `export interface paths { ${paths.join('\n')} }`,
    `export interface components { schemas: { ${schemas.join('\n')} } }`,
    `export interface operations { ${operations.map(([id, each]) => `${id}: ${operationType(each)};`).join('\n')} }`,
  ].join('\n\n');
  return format(text, { ...(await resolveConfig(TARGET)), parser: 'typescript' });
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
const NO_PARAMETERS = '{ query?: never; header?: never; path?: never; cookie?: never }';
const TARGET = join(projectRoot(), 'web', 'src', 'api-types.ts');

function operationType(operation: Operation): string {
  const members = (place: 'path' | 'query'): string => {
    const some = operation.parameters.filter((each) => each.in === place);
    if (some.length === 0) return `${place}?: never;`;
    const lines = some.map(({ name, required, schema }) => {
      const note = typeof schema['description'] === 'string' ? `/** ${schema['description']} */ ` : '';
      return `${note}${name}${required ? '' : '?'}: ${typeOf(schema)};`;
    });
    return `${place}${place === 'path' ? '' : '?'}: { ${lines.join('\n')} };`;
  };
  const content = (body: { content?: Record<string, { schema?: JsonSchema }> } | undefined): string =>
    body?.content
      ? `content: { ${typed(body.content)
          .map(([type, { schema }]) => `'${type}': ${typeOf(schema ?? {})};`)
          .join(' ')} }`
      : 'content?: never';
  const body = operation.requestBody
    ? `requestBody: { ${content(operation.requestBody)} };`
    : 'requestBody?: never;';
  const responses = Object.entries(operation.responses).map(
    ([status, each]) => `${status}: { headers: { [name: string]: unknown }; ${content(each)} };`,
  );
  const parameters = `{ ${members('query')} header?: never; ${members('path')} cookie?: never; }`;
  return `{ parameters: ${parameters}; ${body} responses: { ${responses.join('\n')} } }`;
}

/** A typed client reads JSON where that is among the forms: the others are files, for the address itself. */
function typed<T>(content: Record<string, T>): [string, T][] {
  const json = content['application/json'];
  return json ? [['application/json', json]] : Object.entries(content);
}

/** A JSON Schema, of the kinds that zod writes, as a TypeScript type. */
function typeOf(schema: JsonSchema): string {
  const {
    $ref,
    enum: values,
    anyOf,
    oneOf,
    type,
    prefixItems,
  } = schema as {
    $ref?: string;
    enum?: unknown[];
    anyOf?: JsonSchema[];
    oneOf?: JsonSchema[];
    type?: string | string[];
    prefixItems?: JsonSchema[];
  };
  if ($ref) return `components['schemas']['${$ref.split('/').at(-1)}']`;
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (values) return values.map((value) => JSON.stringify(value)).join(' | ');
  const variants = anyOf ?? oneOf;
  if (variants) return variants.map((each) => `(${typeOf(each)})`).join(' | ');
  if (Array.isArray(type)) return type.map((each) => `(${typeOf({ ...schema, type: each })})`).join(' | ');
  if (prefixItems) return `[${prefixItems.map(typeOf).join(', ')}]`;
  if (type === 'array') return `(${typeOf((schema['items'] as JsonSchema | undefined) ?? {})})[]`;
  if (type === 'object') return objectType(schema);
  return (
    { string: 'string', number: 'number', integer: 'number', boolean: 'boolean', null: 'null' }[type ?? ''] ??
    'unknown'
  );
}

function objectType(schema: JsonSchema): string {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = new Set((schema['required'] as string[] | undefined) ?? []);
  const lines = Object.entries(properties).map(([name, member]) => {
    const note = typeof member['description'] === 'string' ? `/** ${member['description']} */ ` : '';
    return `${note}${JSON.stringify(name)}${required.has(name) ? '' : '?'}: ${typeOf(member)};`;
  });
  const more = schema['additionalProperties'];
  if (more && typeof more === 'object') lines.push(`[name: string]: ${typeOf(more as JsonSchema)};`);
  return lines.length ? `{ ${lines.join('\n')} }` : 'Record<string, unknown>';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(TARGET), { recursive: true });
  writeFileSync(TARGET, await apiTypes());
}
