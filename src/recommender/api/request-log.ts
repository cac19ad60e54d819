/** Says what became of requests: refusals and failures always, what was answered as often as it is asked for. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { events } from '../../operations/logging/events.ts';
import type { LogFields } from '../../operations/logging/fields.ts';
import { type EventKind, type Logger, silent } from '../../operations/logging/logger.ts';
import { traceIdOf } from '../../operations/logging/trace-id.ts';
import type { Caller } from './auth/caller.ts';
import { traceOf } from './request-spans.ts';
import type { Problem } from './wire.ts';

export interface RequestLogOptions {
  readonly logger: Logger;
  /** Of the answered requests, how many are told: from 0 to 1. */
  readonly share: number;
}

export const noRequestLog: RequestLogOptions = { logger: silent, share: 0 };

/** Who asks, or how often, is why: what an attack looks like. */
const refusals: ReadonlySet<number> = new Set([401, 403, 421, 429]);

const kindOf = ({ status }: Pick<Problem, 'status'>): EventKind => {
  if (refusals.has(status)) return events.requestRefused;
  if (status < 500) return events.requestInvalid;
  return status === 503 ? events.requestUnavailable : events.requestFailed;
};

export class RequestLog {
  readonly #logger: Logger;
  readonly #share: number;
  #answers = 0;

  constructor({ logger, share }: RequestLogOptions) {
    this.#logger = logger;
    this.#share = share;
  }

  /** A request that ends in a problem. What it brought stands in no message. */
  refused(request: FastifyRequest, problem: Pick<Problem, 'status' | 'code'>, error?: unknown): void {
    const { status, code } = problem;
    const kind = kindOf(problem);
    const isForeseen = kind !== events.requestFailed && kind !== events.requestUnavailable;
    this.#logger.log(
      kind,
      { ...fieldsOf(request), status, code },
      isForeseen ? undefined : error,
      isForeseen ? [] : quotedOf(request),
    );
  }

  /** What could not be read as a request to anything that there is. */
  unreadable(requestId: string, { status, code }: Pick<Problem, 'status' | 'code'>): void {
    this.#logger.log(events.requestInvalid, { requestId, status, code });
  }

  /** Tells of answers, where some are to be told. */
  addTo(app: FastifyInstance): void {
    if (this.#share > 0) app.addHook('onResponse', async (request, reply) => this.#answered(request, reply));
  }

  #answered(request: FastifyRequest, { statusCode: status, elapsedTime }: FastifyReply): void {
    if (status >= 400) return; // told when it was refused
    // Every so many, not some by chance.
    const before = Math.floor(this.#answers++ * this.#share);
    if (Math.floor(this.#answers * this.#share) === before) return;
    const duration_ms = Math.round(elapsedTime * 1_000) / 1_000;
    this.#logger.log(events.requestDone, { ...fieldsOf(request), status, duration_ms });
  }
}

function fieldsOf(request: FastifyRequest): LogFields {
  const { traceparent } = request.headers;
  const caller = request.getDecorator<Caller | undefined>('caller');
  return {
    requestId: request.id,
    traceId: traceOf(request) ?? traceIdOf(typeof traceparent === 'string' ? traceparent : undefined),
    method: request.method,
    route: request.routeOptions.url,
    ...(caller === undefined
      ? {}
      : { role: caller.role, tenant: caller.tenant === '' ? undefined : caller.tenant, user: caller.userId }),
  };
}

const mostQuoted = 100;

/** All texts and numbers that a request brings, of each the beginning of its list: an error may repeat any of them. */
function quotedOf({ params, query, body, url }: FastifyRequest): string[] {
  const found: string[] = [url, ...url.split(/[/?&=]/)];
  const open: unknown[] = [params, query, body];
  while (open.length > 0 && found.length < mostQuoted) {
    const at = open.shift();
    if (typeof at === 'string' || typeof at === 'number') found.push(String(at));
    else if (typeof at === 'object' && at !== null) open.push(...leaves(at));
  }
  return found.filter(text => text !== '' && !isRoutine(text));
}

const leaves = (value: object): unknown[] => Object.values(value).slice(0, mostQuoted);

/** Words of every path name nobody, and would leave nothing of a message if they were single letters or digits. */
const isRoutine = (text: string): boolean => /^(?:v\d|users|items|recommendations|orders|ratings)$/.test(text);
