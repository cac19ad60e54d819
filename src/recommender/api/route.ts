/** From an entry of the table of endpoints to a route of the server. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answerFrom, type AnswerSource } from './answer-from.ts';
import { admit, type Caller } from './auth/caller.ts';
import type { Endpoint } from './endpoint.ts';
import { hasHead } from './http.ts';
import type { OpenStreams } from './open-streams.ts';
import { withinSpan } from './request-spans.ts';
import { bodyLimit } from './wire.ts';

export interface RouteParts {
  readonly streams: Pick<OpenStreams, 'add'>;
  /** The endpoint as it answers a tenant at the moment, and what it answered before. */
  readonly now: (tenant: string) => AnswerSource;
}

/** The route of an endpoint. */
export function addRoute(app: FastifyInstance, endpoint: Endpoint, { streams, now }: RouteParts): void {
  const url = endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1');
  app.route({
    method: endpoint.method,
    url,
    exposeHeadRoute: hasHead(endpoint),
    bodyLimit: endpoint.bodyLimit ?? bodyLimit,
    // Refused already before its body is read: what is in there is nothing to who may not ask at all.
    onRequest: (request, _reply, done) => {
      admit(endpoint.access, callerOf(request));
      done();
    },
    handler: async (request, reply) => {
      const { params, query, body } = request;
      const caller = callerOf(request);
      const asked = { caller, url: request.url, ifNoneMatch: request.headers['if-none-match'] };
      const raw = {
        params,
        query,
        body,
        caller,
        lastEventId: headerOf(request, 'last-event-id'),
        idempotencyKey: headerOf(request, 'idempotency-key'),
        authorization: request.headers.authorization,
      };
      const answer = await withinSpan(request, () => answerFrom(now(caller?.tenant ?? ''), asked, raw));
      if (answer.body instanceof Readable) streams.add(reply.raw);
      return reply.code(answer.status).headers(answer.headers).send(answer.body);
    },
  });
}

/** Sent several times, it is one text. */
function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join() : value;
}

const callerOf = (request: FastifyRequest): Caller | undefined => request.getDecorator<Caller | undefined>('caller');
