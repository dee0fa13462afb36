import { Router } from 'express';
import { DOCS_SCRIPT, DOCS_STYLE } from './docs-assets.js';
import { openApiDocument, type JsonSchema, type OpenApiDocument, type Operation } from './openapi.js';

/** The OpenAPI document as a page to read and try, with nothing from elsewhere. */
export function docsPages(): Router {
  const router = Router();
  const page = renderDocs(openApiDocument());
  router.get('/', (_req, res) => void res.type('html').send(page));
  router.get('/docs.css', (_req, res) => void res.type('css').send(DOCS_STYLE));
  router.get('/docs.js', (_req, res) => void res.type('js').send(DOCS_SCRIPT));
  return router;
}

interface Entry {
  path: string;
  method: string;
  base: string;
  operation: Operation;
}

export function renderDocs(document: OpenApiDocument): string {
  const entries = Object.entries(document.paths).flatMap(([path, item]) =>
    ['get', 'post', 'put', 'patch', 'delete'].flatMap((method): Entry[] => {
      const operation = item[method] as Operation | undefined;
      return operation ? [{ path, method, base: item['servers'] ? '' : '/api/v1', operation }] : [];
    }),
  );
  const groups = document.tags.map(({ name }) => ({
    name,
    entries: entries.filter((each) => each.operation.tags[0] === name),
  }));
  const links = groups
    .map(({ name, entries: some }) => `<a href="#${name}">${name}<span>${some.length}</span></a>`)
    .join('');
  const sections = groups
    .map(
      ({ name, entries: some }) =>
        `<section id="${name}"><h2>${name}</h2>${some.map((each) => renderEntry(each, document)).join('')}</section>`,
    )
    .join('');
  const schemas = Object.entries(document.components.schemas)
    .map(
      ([id, schema]) =>
        `<details class="schema" id="schema-${id}"><summary><b>${id}</b> ${escape(text(schema['description']))}</summary>${renderSchema(schema)}</details>`,
    )
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>API reference · FinSight</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/docs.css"><script src="/docs/docs.js" defer></script></head>
<body><header><a class="brand" href="/">FinSight</a><span>API ${escape(document.info.version)}</span>
<label>API key <input id="key" type="password" autocomplete="off" placeholder="not needed on localhost"></label><a href="/openapi.json">openapi.json</a></header>
<div class="columns"><nav aria-label="Groups">${links}<a href="#schemas">schemas</a></nav>
<main><h1>API reference</h1><p class="lead">${escape(document.info.description)}</p>${sections}<section id="schemas"><h2>schemas</h2><div class="schemas">${schemas}</div></section></main></div></body></html>`;
}

function renderEntry({ path, method, base, operation }: Entry, document: OpenApiDocument): string {
  const body = operation.requestBody?.content['application/json'];
  const fields = operation.parameters.map(renderField).join('');
  const answers = Object.entries(operation.responses)
    .map(([status, { description, content }]) => {
      const [type, schema] =
        Object.entries(content ?? {}).map(([media, each]) => [media, each.schema] as const)[0] ?? [];
      const shape = schema?.['$ref'] ? typeText(schema) : escape(type ?? '');
      return `<tr><td><code>${status}</code></td><td>${escape(description)}</td><td>${shape}</td></tr>`;
    })
    .join('');
  const sample = sampleOf(operation, document);
  return `<details class="operation ${method}" id="${operation.operationId}"><summary><b class="method">${method.toUpperCase()}</b>
<code class="path">${escape(base + path).replaceAll('/', '/<wbr>')}</code><span>${escape(operation.summary)}</span></summary>
<div class="inside"><p class="role">${escape(operation.description)}</p>
<form data-method="${method}" data-path="${escape(base + path)}">${fields ? `<div class="fields">${fields}</div>` : ''}
${body ? `<label class="body">Body ${typeText(body.schema)}<textarea name="body" rows="6" spellcheck="false">${escape(JSON.stringify(body.example ?? {}, null, 2))}</textarea></label>` : ''}
<button>Try it</button></form><pre class="answer" hidden tabindex="0"></pre>
<h3>Answers</h3><div class="scroll"><table>${answers}</table></div>${sample ? `<h3>Shape</h3><pre tabindex="0">${escape(sample)}</pre>` : ''}</div></details>`;
}

function renderField({
  name,
  in: place,
  required,
  schema,
  example,
}: Operation['parameters'][number]): string {
  const note = `${required ? 'required. ' : ''}${text(schema['description'])}`;
  const hint = text((schema['examples'] as unknown[] | undefined)?.[0] ?? schema['default']);
  const values = schema['enum'] as string[] | undefined;
  const attributes = `name="${name}" data-in="${place}"${required ? ' required' : ''}`;
  const input = values
    ? `<select ${attributes}><option value=""></option>${values.map((value) => `<option>${escape(value)}</option>`).join('')}</select>`
    : `<input ${attributes} value="${escape(required ? hint || text(example) : '')}" placeholder="${escape(hint)}" autocomplete="off">`;
  return `<label><span><code>${name}</code> <i>${escape(text(schema['type']))}</i></span>${input}<small>${escape(note)}</small></label>`;
}

function renderSchema(schema: JsonSchema): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  if (properties.length === 0) return `<p>${typeText(schema)}</p>`;
  const required = new Set((schema['required'] as string[] | undefined) ?? []);
  const rows = properties.map(
    ([name, member]) =>
      `<tr><td><code>${escape(name)}</code>${required.has(name) ? '' : ' <i>optional</i>'}</td><td>${typeText(member)}</td><td>${escape(text(member['description']))}</td></tr>`,
  );
  return `<div class="scroll"><table>${rows.join('')}</table></div>`;
}

function typeText(schema: JsonSchema): string {
  if (typeof schema['$ref'] === 'string') {
    const id = schema['$ref'].split('/').at(-1) ?? '';
    return `<a href="#schema-${id}">${id}</a>`;
  }
  const variants = (schema['anyOf'] ?? schema['oneOf']) as JsonSchema[] | undefined;
  if (variants) return variants.map(typeText).join(' | ');
  if (schema['type'] === 'array') return `${typeText((schema['items'] ?? {}) as JsonSchema)}[]`;
  if (schema['enum'])
    return (schema['enum'] as unknown[]).map((value) => `<code>${escape(text(value))}</code>`).join(' ');
  if (schema['const'] !== undefined) return `<code>${escape(text(schema['const']))}</code>`;
  const inside = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  if (inside.length > 0)
    return `{ ${inside.map(([name, member]) => `${escape(name)}: ${typeText(member)}`).join(', ')} }`;
  return escape(text(schema['type'] ?? 'anything'));
}

function sampleOf(operation: Operation, document: OpenApiDocument): string | null {
  const good = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1];
  const schema = good?.content?.['application/json']?.schema;
  return schema ? JSON.stringify(sample(schema, document, 0), null, 2) : null;
}

/** A value of the schema's shape; its own example where it has one. */
function sample(schema: JsonSchema, document: OpenApiDocument, depth: number): unknown {
  const [example] = (schema['examples'] as unknown[] | undefined) ?? [];
  if (example !== undefined) return example;
  if (depth > 8) return '…';
  const next = (each: JsonSchema): unknown => sample(each, document, depth + 1);
  if (typeof schema['$ref'] === 'string')
    return next(document.components.schemas[schema['$ref'].split('/').at(-1) ?? ''] ?? {});
  const [variant] = ((schema['anyOf'] ?? schema['oneOf']) as JsonSchema[] | undefined) ?? [];
  if (variant) return next(variant);
  if (schema['enum']) return (schema['enum'] as unknown[])[0];
  if (schema['type'] === 'array') return schema['items'] ? [next(schema['items'] as JsonSchema)] : [];
  if (schema['type'] === 'object')
    return Object.fromEntries(
      Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>).map(([name, member]) => [
        name,
        next(member),
      ]),
    );
  return { string: 'text', number: 0.5, integer: 1, boolean: true, null: null }[text(schema['type'])] ?? null;
}

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

const escape = (raw: string): string =>
  raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
