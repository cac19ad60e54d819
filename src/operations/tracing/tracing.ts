/** What spans are made with. It knows the interface of OpenTelemetry alone: whose SDK is behind it is decided elsewhere. */
import { ROOT_CONTEXT, trace, type Tracer } from '@opentelemetry/api';

export interface Tracing {
  readonly tracer: Tracer;
  /** `messaging.system`: `kafka`, or `millrace` where the log is embedded. */
  readonly system: string;
  /** `db.system.name` of the documents. */
  readonly database: string;
  /** Whether spans name users: keys of records, ids of documents, paths of requests. */
  readonly keys: boolean;
  /** Whose `traceparent` is gone on with. */
  readonly continues: Continues;
  /** Gives the next span this id; absent where the SDK is not ours, which draws its own. */
  readonly choose?: (spanId: string) => void;
}

/** Of requests: of nobody, of services and admins, or of everybody. */
export const continued = ['none', 'services', 'all'] as const;
export type Continues = (typeof continued)[number];

/** The name under which our spans are known. */
export const scope = 'millrace';

/** A trace of nobody, which nobody wants told. */
const probe = { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 0, isRemote: true };

/** Whether somebody has registered an SDK in this thread: without one a span is but the context that it is begun in. */
export function isRegistered(): boolean {
  const span = trace.getTracer(scope).startSpan('probe', {}, trace.setSpanContext(ROOT_CONTEXT, probe));
  span.end();
  return span.spanContext().spanId !== probe.spanId;
}
