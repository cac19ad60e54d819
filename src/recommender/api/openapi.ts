/** The API in OpenAPI 3.1, made of the endpoints themselves so that it cannot drift. */
import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { refusals, refusalOf } from './openapi-refusals.ts';
import { refusalsOf, securityOf, securitySchemes } from './openapi-security.ts';
import { liveList, liveSample } from './page-wire.ts';
import { problem } from './wire.ts';

export function openApi(endpoints: readonly Endpoint[]) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints)
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operationOf(endpoint) };
  return {
    openapi: '3.1.0',
    info: { title: 'Millrace recommendations', version: '2', description },
    paths,
    components: {
      securitySchemes,
      responses: refusals,
      schemas: { Problem: shape(problem), LiveSample: shape(liveSample), LiveList: shape(liveList) },
    },
  };
}

const description =
  'Lists of items and the way in of ratings. A server that no credentials are configured for is asked without any, from its own machine alone.';

function operationOf(endpoint: Endpoint) {
  const { summary, deprecated = false, access, params, query, body, problems, takesIdempotencyKey } = endpoint;
  const headers = takesIdempotencyKey === true ? [idempotencyKey] : [];
  const parameters = [...parametersIn('path', params), ...parametersIn('query', query), ...headers];
  const content = body === undefined ? {} : { requestBody: { required: true, content: json(shape(body, 'input')) } };
  return {
    summary,
    ...(deprecated ? { deprecated } : {}),
    ...(endpoint.isIdempotent === true ? { 'x-idempotent': true } : {}),
    security: securityOf(access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...content,
    responses: {
      ...answerOf(endpoint),
      ...(isTagged(endpoint) ? { 304: { description: 'As the asker has it, by If-None-Match' } } : {}),
      ...Object.fromEntries(problems.map(status => [status, refused(endpoint, status)])),
      ...Object.fromEntries(refusalsOf(access).map(status => [status, refusalOf(status)])),
      default: refusalOf('default'),
    },
  };
}

const isTagged = ({ method, mediaType, path }: Endpoint): boolean =>
  method === 'GET' && mediaType === undefined && !path.startsWith('/healthz/');

function answerOf({ status, summary, answer, mediaType = 'application/json' }: Endpoint) {
  return { [status]: { description: summary, content: { [mediaType]: { schema: shape(answer) } } } };
}

/** A health probe that fails says why in its own form. */
function refused({ path, answer }: Endpoint, status: number) {
  if (path.startsWith('/healthz/')) return { description: 'Not so, and why', content: json(shape(answer)) };
  return refusalOf(status);
}

function parametersIn(place: 'path' | 'query', schema: z.ZodType) {
  const { properties = {} } = shape(schema);
  return Object.entries(properties).map(([name, of]) => ({ name, in: place, required: place === 'path', schema: of }));
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 128, pattern: String.raw`^[\w.:-]{1,128}$` },
};

const json = (schema: object) => ({ 'application/json': { schema } });

/** OpenAPI 3.1 speaks JSON Schema 2020-12. */
const shape = (schema: z.ZodType, io: 'input' | 'output' = 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
};
