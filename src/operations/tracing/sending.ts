/** The spans of what is written outside the engine: their contexts go with what is written. */
import { type Attributes, context, type Context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { DocumentKey } from '../../documents/port.ts';
import type { CommittedOffset } from '../../transport/port.ts';
import { contextIn, headerOf } from './context.ts';
import type { Tracing } from './tracing.ts';

/**
 * Does `work`, which appends a record with the header that it is given: '' where nothing is traced. What it throws goes
 * on, told by the span.
 */
export async function sending<R extends CommittedOffset>(
  tracing: Tracing | undefined,
  { topic, key }: { readonly topic: string; readonly key: string },
  work: (header: string) => Promise<R>,
): Promise<R> {
  if (tracing === undefined) return work('');
  const attributes = { ...sent(tracing, topic), ...(tracing.keys ? { 'messaging.kafka.message.key': key } : {}) };
  const span = begun(tracing, `append ${topic}`, { kind: SpanKind.PRODUCER, attributes }, context.active());
  return ended([span], async () => {
    const place = await work(headerOf(span.spanContext()));
    span.setAttribute('messaging.destination.partition.id', String(place.partition));
    span.setAttribute('messaging.kafka.offset', place.offset);
    return place;
  });
}

/**
 * Does `work`, which appends records that come of several traces in one request: each trace has its span. `work` asks for
 * the header of a record by that of what it comes of.
 */
export async function sendingAll<R>(
  tracing: Tracing | undefined,
  { topic, because }: { readonly topic: string; readonly because: Iterable<string> },
  work: (headerFor: (because: string) => string) => Promise<R>,
): Promise<R> {
  const spans = new Map<string, Span>();
  if (tracing !== undefined)
    for (const header of new Set(because)) {
      const cause = contextIn(header);
      if (cause === undefined) continue;
      const attributes = sent(tracing, topic);
      const within = trace.setSpanContext(context.active(), cause);
      spans.set(header, begun(tracing, `append ${topic}`, { kind: SpanKind.PRODUCER, attributes }, within));
    }
  const headerFor = (header: string): string => {
    const span = spans.get(header);
    return span === undefined ? header : headerOf(span.spanContext());
  };
  return ended([...spans.values()], () => work(headerFor));
}

/** Does `work`, which puts a document that says, in the header that it is given, what it is written because of. */
export async function putting<R>(
  tracing: Tracing | undefined,
  { collection, id }: Pick<DocumentKey, 'collection' | 'id'>,
  work: (header: string) => Promise<R>,
): Promise<R> {
  if (tracing === undefined) return work('');
  const attributes = {
    'db.system.name': tracing.database,
    'db.operation.name': 'put',
    'db.collection.name': collection,
    ...(tracing.keys ? { 'millrace.document.id': id } : {}),
  };
  const span = begun(tracing, `put ${collection}`, { kind: SpanKind.CLIENT, attributes }, context.active());
  return ended([span], () => work(headerOf(span.spanContext())));
}

const sent = ({ system }: Tracing, topic: string): Attributes => ({
  'messaging.system': system,
  'messaging.operation.name': 'append',
  'messaging.operation.type': 'send',
  'messaging.destination.name': topic,
});

const begun = (
  { tracer }: Tracing,
  name: string,
  options: { readonly kind: SpanKind; readonly attributes: Attributes },
  within: Context,
): Span => tracer.startSpan(name, options, within);

/** They end with the work, whatever comes of it. */
async function ended<R>(spans: readonly Span[], work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    for (const span of spans)
      span
        .setAttribute('error.type', error instanceof Error ? error.name : typeof error)
        .setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}
