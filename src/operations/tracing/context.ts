/** Trace contexts as requests and records carry them: the header `traceparent` of W3C Trace Context. */
import { isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';

/** Version, trace, span, flags; what a version behind 00 has beside them is not ours to know. */
const form = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** What a header names; undefined where it names nothing, as an empty one does. */
export function contextIn(header: string): SpanContext | undefined {
  if (header === '') return undefined;
  const [, version = '', traceId = '', spanId = '', flags = '', more] = form.exec(header) ?? [];
  if (version === '00' && more !== undefined) return undefined;
  const found = { traceId, spanId, traceFlags: parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(found) ? found : undefined;
}

/** Vendors' states (`tracestate`) stay behind: a record has room for the context alone. */
export const headerOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${(traceFlags & 1) === 1 ? '01' : '00'}`;

/** Whether whoever began the trace wants it told. */
export const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & 1) === 1;

/** Id of the trace that a record's header names, for a line of a log about it. */
export const traceIdOf = (header: string): string | undefined => contextIn(header)?.traceId;

/** Of what is under way, for what is sent meanwhile; '' where nobody traces it. */
export function activeHeader(): string {
  const span = trace.getActiveSpan();
  return span === undefined ? '' : headerOf(span.spanContext());
}

/** Id of the trace of the request under way, for a line of a log; undefined where nobody traces it. */
export const activeTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;
