/** The span of appending a record from outside the engine: its context goes with the record. */
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { CommittedOffset } from '../../transport/port.ts';
import { contextIn, headerOf } from './context.ts';
import type { Tracing } from './tracing.ts';

export interface Sent {
  readonly topic: string;
  readonly key: string;
  /** Header of what it is sent because of, where that is not what is under way: of a document that has changed. */
  readonly because?: string;
}

/**
 * Does `work`, which appends a record with the header that it is given: '' where nothing is traced. What it throws goes
 * on, told by the span.
 */
export async function sending<R extends CommittedOffset>(
  tracing: Tracing | undefined,
  { topic, key, because = '' }: Sent,
  work: (header: string) => Promise<R>,
): Promise<R> {
  if (tracing === undefined) return work(because);
  const cause = contextIn(because);
  const parent = cause === undefined ? context.active() : trace.setSpanContext(context.active(), cause);
  const attributes = {
    'messaging.system': tracing.system,
    'messaging.operation.name': 'append',
    'messaging.operation.type': 'send',
    'messaging.destination.name': topic,
    ...(tracing.keys ? { 'messaging.kafka.message.key': key } : {}),
  };
  const span = tracing.tracer.startSpan(`append ${topic}`, { kind: SpanKind.PRODUCER, attributes }, parent);
  try {
    const place = await work(headerOf(span.spanContext()));
    span.setAttribute('messaging.destination.partition.id', String(place.partition));
    span.setAttribute('messaging.kafka.offset', place.offset);
    return place;
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
    throw error;
  } finally {
    span.end();
  }
}
