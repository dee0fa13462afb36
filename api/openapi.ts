import { z } from 'zod';
import { packageVersion } from './config.js';
import { parameterSchema } from './query.js';
import type { Answer, Route } from './route.js';
import { ROUTES } from './routes.js';
import { answers, problem, requests } from './schemas.js';

export type JsonSchema = Record<string, unknown>;

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  security: Record<string, string[]>[];
  parameters: {
    name: string;
    in: 'path' | 'query';
    required: boolean;
    schema: JsonSchema;
    example?: string;
  }[];
  requestBody?: { required: true; content: Record<string, { schema: JsonSchema; example?: unknown }> };
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema?: JsonSchema }>; $ref?: string }
  >;
}

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: {
    title: string;
    version: string;
    description: string;
    license: { name: string; identifier: string };
  };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, unknown>>;
  components: {
    schemas: Record<string, JsonSchema>;
    securitySchemes: Record<string, unknown>;
    responses: Record<string, unknown>;
  };
}

const PREFIX = '/api/v1';

/** The OpenAPI 3.1 document of every operation, from the same declarations that the server checks with. */
export function openApiDocument(): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const route of ROUTES) {
    const item = (paths[route.path] ??= route.root ? { servers: [{ url: '/' }] } : {});
    item[route.method] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'FinSight',
      version: packageVersion(),
      description:
        'Market data, news, sentiment, forecasts and backtests. Times are epoch milliseconds UTC. Every number comes with its source and the instant it was known at.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: PREFIX }],
    tags: [...new Set(ROUTES.map((route) => route.group))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...schemasOf(requests, 'input'), ...schemasOf(answers, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
      responses: { Problem: { description: 'What went wrong (RFC 9457)', content: PROBLEM_CONTENT } },
    },
  };
}

const FILE_BODY = {
  required: true as const,
  content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
};
const PROBLEM_CONTENT = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

function schemasOf(registry: typeof answers, io: 'input' | 'output'): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    io,
    unrepresentable: 'any',
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => {
      const { $schema: _, $id: __, ...rest } = schema as JsonSchema;
      return [id, rest];
    }),
  );
}

function operationOf(route: Route): Operation {
  const { example } = route;
  const parameters = [
    ...Object.entries(route.params).map(([name, schema]) => ({
      name,
      in: 'path' as const,
      required: true,
      schema,
    })),
    ...Object.entries(route.query).map(([name, schema]) => ({
      name,
      in: 'query' as const,
      required: !schema.safeParse(undefined).success,
      schema,
    })),
  ].map(({ schema, ...rest }) => {
    const shown = example[rest.in === 'path' ? 'params' : 'query']?.[rest.name];
    return { ...rest, schema: parameterSchema(schema), ...(shown === undefined ? {} : { example: shown }) };
  });
  return {
    operationId: route.id,
    tags: [route.group],
    summary: route.summary,
    description: route.role === 'public' ? 'Open to everybody.' : `Needs the role ${route.role}.`,
    security: route.role === 'public' ? [] : [{ bearer: [] }, { apiKey: [] }, {}],
    parameters,
    ...(route.upload ? { requestBody: FILE_BODY } : {}),
    ...(route.body
      ? {
          requestBody: {
            required: true as const,
            content: { 'application/json': { schema: referenceTo(route.body), example: example.body } },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, each]) => [status, responseOf(each)]),
      ),
      default: { description: 'What went wrong (RFC 9457)', content: PROBLEM_CONTENT },
    },
  };
}

function responseOf(answer: Answer): Operation['responses'][string] {
  const { description, schema, mediaType = 'application/json', others = [] } = answer;
  const file = { schema: { type: 'string' } };
  const first = schema ? { schema: referenceTo(schema) } : answer.mediaType ? file : null;
  if (!first) return { description };
  const more = Object.fromEntries(others.map((other) => [other, file]));
  return { description, content: { [mediaType]: first, ...more } };
}

function referenceTo(schema: z.ZodType): JsonSchema {
  const id = (answers.get(schema) ?? requests.get(schema) ?? answers.get(problem))?.id;
  return { $ref: `#/components/schemas/${id}` };
}
