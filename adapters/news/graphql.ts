import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { DataQualityError, InvalidInputError, messageOf } from '../../domain/errors.js';
import { asksForWindows, graphqlSettings, type GraphqlSettings } from '../../domain/news/mapping.js';
import { fillJson } from '../../domain/news/templates.js';
import type { HttpRequest } from '../http/http.js';
import { told, type KindTools, type SourceKind } from './kind.js';
import { fetchMapped, secretOf } from './rest/fetch.js';
import { checkPaths } from './rest/items.js';
import { valuesOf } from './rest/paging.js';
import { jsonBody, withSecret, type Asked } from './rest/request.js';
import { checkSettings, schemaOf } from './settings.js';

/** A GraphQL service: its query is validated against its schema before the source is kept. */
export const graphql: SourceKind = {
  kind: 'graphql',
  summary: 'A GraphQL query, validated against the schema; mapped like REST',
  schema: schemaOf(graphqlSettings),
  file: null,
  check(given) {
    const settings = checkSettings('graphql', graphqlSettings, given);
    checkPaths('graphql', settings);
    const document = readQuery(settings.query);
    if (settings.schema !== undefined) checkAgainst(givenSchema(settings.schema), document);
    return settings;
  },
  hostOf: ({ url }) => new URL(String(url)).host,
  addressOf: ({ url }) => String(url),
  windowed: ({ variables }) => asksForWindows(variables),
  async verify(given, tools) {
    const settings = given as GraphqlSettings;
    secretOf(settings, tools);
    if (settings.schema === undefined)
      checkAgainst(await introspected(settings, tools), readQuery(settings.query));
  },
  fetchPage(request, tools) {
    const settings = request.source.settings as GraphqlSettings;
    return fetchMapped(request, tools, {
      settings,
      steady: false,
      requestOf: (asked) => requestOf(settings, asked),
      checkBody,
    });
  },
};

/** GraphQL over HTTP is JSON by POST; only the variables are filled in. */
function requestOf(settings: GraphqlSettings, { state, range, secret }: Asked): HttpRequest {
  const request = withSecret(settings, { url: new URL(settings.url), secret });
  const variables = fillJson(settings.variables, valuesOf(settings.paging, state, range));
  return { ...request, ...jsonBody(request, { query: settings.query, variables }) };
}

/** An answer can be half of one: it is taken whole or not at all. */
function checkBody(body: unknown): void {
  const { errors } = (body ?? {}) as { errors?: { message?: unknown }[] };
  if (!Array.isArray(errors) || errors.length === 0) return;
  const words = errors.slice(0, 3).map(({ message }) => String(message).slice(0, 200));
  throw new DataQualityError(`it answers with an error: ${words.join('; ')}`);
}

/** @throws InvalidInputError where it cannot be read, or is no single query */
function readQuery(text: string): DocumentNode {
  let document: DocumentNode;
  try {
    // Aliases and fragments without end are refused before anything is asked.
    document = parse(text, { maxTokens: 5000 });
  } catch (error) {
    throw new InvalidInputError(`The GraphQL query cannot be read: ${messageOf(error)}`);
  }
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  const [only] = operations;
  if (operations.length === 1 && only?.operation === 'query') return document;
  throw new InvalidInputError(
    `The GraphQL document has ${operations.map((each) => each.operation).join(', ') || 'no operation'}; one query is wanted`,
  );
}

/** @throws InvalidInputError naming the first faults and where they are */
function checkAgainst(schema: GraphQLSchema, document: DocumentNode): void {
  const faults = validate(schema, document).slice(0, 5);
  if (faults.length === 0) return;
  const words = faults.map(({ message, locations }) => {
    const at = locations?.[0];
    return at ? `${message} (line ${at.line}, column ${at.column})` : message;
  });
  throw new InvalidInputError(`The GraphQL query does not fit the schema: ${words.join(' ')}`);
}

function givenSchema(sdl: string): GraphQLSchema {
  try {
    return buildSchema(sdl);
  } catch (error) {
    throw new InvalidInputError(`The given GraphQL schema cannot be read: ${messageOf(error)}`);
  }
}

/** @throws InvalidInputError where the service does not tell its schema, and as the client does */
async function introspected(settings: GraphqlSettings, tools: KindTools): Promise<GraphQLSchema> {
  const secret = secretOf(settings, tools);
  const request = withSecret(settings, { url: new URL(settings.url), secret });
  const query = getIntrospectionQuery({ descriptions: false });
  const answer = await told(
    `GraphQL service ${settings.url}`,
    () => tools.http.request({ ...request, ...jsonBody(request, { query }), interactive: true }),
    [secret],
  );
  try {
    const { data } = JSON.parse(new TextDecoder().decode(answer.bytes)) as { data: IntrospectionQuery };
    return buildClientSchema(data);
  } catch (error) {
    throw new InvalidInputError(
      `${settings.url} does not tell its GraphQL schema (${messageOf(error)}); give it as settings.schema`,
    );
  }
}
