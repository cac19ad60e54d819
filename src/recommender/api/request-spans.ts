/** The span of a request, from when it came to when it was answered; what is done for it is done within. */
import { context, type Link, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { contextIn } from '../../operations/tracing/context.ts';
import type { Tracing } from '../../operations/tracing/tracing.ts';
import type { Caller } from './auth/caller.ts';
import type { Endpoint } from './endpoint.ts';

const spans = new WeakMap<FastifyRequest, Span>();

/**
 * Traces what is asked of the endpoints. Whoever is refused at the door leaves no span, so nobody fills a collector from
 * outside; probes, metrics, pages and streams without an end leave none either.
 */
export function addRequestSpans(app: FastifyInstance, endpoints: readonly Endpoint[], tracing: Tracing): void {
  const traced = new Map(endpoints.filter(isTraced).map(endpoint => [urlOf(endpoint), endpoint]));
  app.addHook('preValidation', (request, reply, done) => {
    const endpoint = traced.get(keyOf(request));
    if (endpoint !== undefined)
      spans.set(request, begun(request, endpoint, { tracing, elapsed_ms: reply.elapsedTime }));
    done();
  });
  app.addHook('onResponse', (request, { statusCode }, done) => {
    const span = spans.get(request);
    span?.setAttribute('http.response.status_code', statusCode);
    if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    if (statusCode >= 500) span?.setAttribute('error.type', String(statusCode));
    span?.end();
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    spans.get(request)?.setAttribute('error.type', 'aborted').setStatus({ code: SpanStatusCode.ERROR }).end();
    done();
  });
}

/** Does what a request is for, so that whatever is asked of OpenTelemetry meanwhile knows its span. */
export function withinSpan<R>(request: FastifyRequest, work: () => R): R {
  const span = spans.get(request);
  return span === undefined ? work() : context.with(trace.setSpan(context.active(), span), work);
}

/** The trace that a request belongs to; undefined where it leaves none. */
export const traceOf = (request: FastifyRequest): string | undefined => spans.get(request)?.spanContext().traceId;

const isTraced = ({ path, mediaType }: Endpoint): boolean =>
  /^\/v\d+\//.test(path) && mediaType !== 'text/event-stream';

const urlOf = ({ method, path }: Endpoint): string => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;

const keyOf = ({ method, routeOptions }: FastifyRequest): string => `${method} ${routeOptions.url ?? ''}`;

interface Beginning {
  readonly tracing: Tracing;
  /** Since the request came. */
  readonly elapsed_ms: number;
}

function begun(request: FastifyRequest, { method, path }: Endpoint, { tracing, elapsed_ms }: Beginning): Span {
  const { headers, protocol, url } = request;
  const caller = request.getDecorator<Caller | undefined>('caller');
  const told = contextIn(String(headers['traceparent'] ?? ''));
  const isContinued = told !== undefined && isTrusted(tracing, caller);
  const links: Link[] = told === undefined || isContinued ? [] : [{ context: told }];
  const attributes = {
    'http.request.method': method,
    'http.route': path,
    'url.scheme': protocol,
    // Paths name users.
    'url.path': tracing.keys ? (url.split('?', 1)[0] ?? '') : path,
    ...(caller !== undefined && caller.tenant !== '' ? { 'millrace.tenant': caller.tenant } : {}),
  };
  const startTime = Date.now() - elapsed_ms;
  return tracing.tracer.startSpan(
    `${method} ${path}`,
    { kind: SpanKind.SERVER, attributes, links, startTime, root: !isContinued },
    isContinued ? trace.setSpanContext(context.active(), told) : context.active(),
  );
}

/** What a caller says decides what is told of it, and to which trace it belongs. */
function isTrusted({ continues }: Tracing, caller: Caller | undefined): boolean {
  if (continues === 'all') return true;
  return continues === 'services' && (caller?.role === 'service' || caller?.role === 'admin');
}
