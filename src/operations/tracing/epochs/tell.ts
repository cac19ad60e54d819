/**
 * The spans of an epoch that was committed: one for each trace that it read or wrote of, which goes on with that trace;
 * below it what was written because of it; and one of the epoch as a whole, in a trace of its own, which links to those.
 * A span has one parent, and an epoch as many causes as it has records: so each cause has its own span, and the batch that
 * they were done in is one link away.
 */
import { type Attributes, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { deadLetters } from '../../../stream/dead-letter.ts';
import type { Tracing } from '../tracing.ts';
import type { Cause, Written } from './causes.ts';
import { type EpochName, spanIdOf } from './span-id.ts';
import type { TimedEpoch } from './timed-epoch.ts';

export interface ToldEpoch extends EpochName {
  readonly topology: string;
  /** Values that it pushed. */
  readonly records: number;
  readonly timed: TimedEpoch;
  /** Whether it reads the past into a namespace of its own: that belongs to no trace of then, it links to them. */
  readonly isReplay: boolean;
}

export function tell(tracing: Tracing, epoch: ToldEpoch): void {
  const { timed, isReplay } = epoch;
  const causes = [...(timed.causes?.told.values() ?? [])];
  if (causes.length === 0) return;
  const spans = isReplay ? [] : causes.map(cause => toldCause(tracing, epoch, cause));
  const links = isReplay ? causes.map(({ context }) => context) : spans.map(span => span.spanContext());
  const whole = toldWhole(tracing, epoch, links);
  for (const span of spans) {
    span.addLink({ context: whole.spanContext() });
    span.end(endOf(timed));
  }
  whole.end(endOf(timed));
}

function toldWhole(
  { tracer }: Tracing,
  { topology, records, timed, isReplay, ...name }: ToldEpoch,
  linked: readonly ReturnType<Span['spanContext']>[],
): Span {
  const attributes = {
    ...nameOf(name),
    'messaging.batch.message_count': records,
    ...(isReplay ? { 'millrace.replay': true } : {}),
    ...(timed.isAgain ? { 'millrace.epoch.again': true } : {}),
    ...((timed.causes?.untold ?? 0) > 0 ? { 'millrace.traces.untold': timed.causes?.untold } : {}),
  };
  const links = linked.map(context => ({ context }));
  const options = { kind: SpanKind.CONSUMER, attributes, links, startTime: timed.begun, root: true };
  const span = tracer.startSpan(`epoch ${topology}`, options, ROOT_CONTEXT);
  for (const { name: step, at, end } of timed.steps) span.addEvent(step, { 'millrace.step_ms': end - at }, at);
  return span;
}

function toldCause(tracing: Tracing, epoch: ToldEpoch, cause: Cause): Span {
  const { topology, timed } = epoch;
  const { context, read, writer, records } = cause;
  // Whose SDK draws ids by itself does not know the writer's: then the span hangs from what the header says.
  const isKnown = writer !== undefined && tracing.choose !== undefined;
  const parent = isKnown ? { ...context, spanId: spanIdOf(context.traceId, writer) } : context;
  const attributes: Attributes = {
    ...nameOf(epoch),
    'messaging.system': tracing.system,
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.consumer.group.name': topology,
    ...(records > 1 ? { 'messaging.batch.message_count': records } : {}),
    ...(timed.isAgain ? { 'millrace.epoch.again': true } : {}),
  };
  if (read !== undefined) {
    attributes['messaging.destination.name'] = read.topic;
    attributes['messaging.destination.partition.id'] = String(read.partition);
    attributes['messaging.kafka.offset'] = read.offset;
  }
  tracing.choose?.(spanIdOf(context.traceId, epoch));
  const span = tracing.tracer.startSpan(
    read === undefined ? `${topology} emit` : `${topology} process ${read.topic}`,
    { kind: SpanKind.CONSUMER, attributes, startTime: timed.begun },
    trace.setSpanContext(ROOT_CONTEXT, parent),
  );
  if (cause.appended.has(deadLetters.name))
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'a record became a dead letter' });
  for (const [topic, written] of cause.appended) tellAppended(tracing, { span, timed }, [topic, written]);
  for (const [collection, written] of cause.replaced) tellReplaced(tracing, { span, timed }, [collection, written]);
  return span;
}

interface Beneath {
  readonly span: Span;
  readonly timed: TimedEpoch;
}

function tellAppended(tracing: Tracing, beneath: Beneath, [topic, { count, key }]: readonly [string, Written]): void {
  tellWritten(tracing, beneath, `append ${topic}`, SpanKind.PRODUCER, {
    'messaging.system': tracing.system,
    'messaging.operation.name': 'append',
    'messaging.operation.type': 'send',
    'messaging.destination.name': topic,
    ...(count > 1 ? { 'messaging.batch.message_count': count } : {}),
    ...(tracing.keys ? { 'messaging.kafka.message.key': key } : {}),
  });
}

function tellReplaced(tracing: Tracing, beneath: Beneath, [name, { count, key }]: readonly [string, Written]): void {
  tellWritten(tracing, beneath, `replace ${name}`, SpanKind.CLIENT, {
    'db.system.name': tracing.database,
    'db.operation.name': 'replace',
    'db.collection.name': name,
    ...(count > 1 ? { 'db.operation.batch.size': count } : {}),
    ...(tracing.keys ? { 'millrace.document.id': key } : {}),
  });
}

/** Documents and records of an epoch are flushed together: it is known when, and not which took how long. */
function tellWritten(
  { tracer }: Tracing,
  { span, timed }: Beneath,
  name: string,
  kind: SpanKind,
  attributes: Attributes,
): void {
  const { at, end } = timed.of('flush');
  tracer.startSpan(name, { kind, attributes, startTime: at }, trace.setSpan(ROOT_CONTEXT, span)).end(end);
}

const nameOf = ({ producer, lineage, epoch }: EpochName) => ({
  'millrace.task': producer,
  'millrace.lineage': lineage,
  'millrace.epoch': epoch,
});

const endOf = ({ steps, begun }: TimedEpoch): number => steps.at(-1)?.end ?? begun;
