/**
 * OpenTelemetry's SDK, telling spans by OTLP over HTTP. Loaded by who is configured to, and by nobody else. Whatever the
 * collector does, nobody waits for it but the end of the process, and that within a bound.
 */
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { SpanFigures } from '../figures.ts';
import { scope, type Tracing } from '../tracing.ts';
import { ChosenIds } from './chosen-ids.ts';
import { Counted } from './counted.ts';
import { samplerOf } from './sampler.ts';
import type { Environment, OtlpSettings } from './settings.ts';

/** Of a span; what is beyond is cut, and the span says how much. */
const spanLimits = {
  attributeCountLimit: 64,
  attributeValueLengthLimit: 256,
  linkCountLimit: 128,
  eventCountLimit: 64,
  attributePerEventCountLimit: 8,
  attributePerLinkCountLimit: 8,
};

export interface Otlp extends AsyncDisposable {
  readonly tracer: Tracing['tracer'];
  readonly choose: (spanId: string) => void;
  readonly figures: () => SpanFigures;
  /** Tells what has ended so far. */
  readonly flush: () => Promise<void>;
}

export interface OtlpParts {
  readonly environment: Environment;
  /** Told why spans are given up, each time. */
  readonly failing: (why: string) => void;
  /** Where spans go instead, in tests. */
  readonly exporter?: SpanExporter;
}

/** Registers it for the thread: what others do by OpenTelemetry's interface is told with it. @throws {UnknownTracing} */
export function openOtlp(settings: OtlpSettings, { environment, failing, ...parts }: OtlpParts): Otlp {
  const { endpoint, queue, batch, every_ms, timeout_ms } = settings;
  const ids = new ChosenIds();
  const counted = new Counted(queue, failing);
  const exporter =
    parts.exporter ??
    new OTLPTraceExporter({ timeoutMillis: timeout_ms, ...(endpoint === undefined ? {} : { url: endpoint }) });
  const processor = new BatchSpanProcessor({
    exporter: counted.exporter(exporter),
    maxQueueSize: queue,
    maxExportBatchSize: Math.min(batch, queue),
    scheduledDelayMillis: every_ms,
    exportTimeoutMillis: timeout_ms,
  });
  const provider = new TracerProvider({
    sampler: samplerOf(settings, environment),
    spanLimits,
    idGenerator: ids,
    spanProcessors: [counted.processor(processor)],
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': scope }))
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
  });
  const manager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(manager);
  trace.setGlobalTracerProvider(provider);
  return {
    tracer: provider.getTracer(scope),
    choose: id => ids.choose(id),
    figures: () => counted.figures,
    flush: () => provider.forceFlush(),
    [Symbol.asyncDispose]: async () => {
      await within(timeout_ms, provider.shutdown(), failing);
      trace.disable();
      context.disable();
    },
  };
}

/** Whatever does not end by then is left; the process waits for it no longer. */
async function within(most_ms: number, work: Promise<void>, failing: (why: string) => void): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    failing(`the last spans were not taken within ${most_ms} ms`);
    late.resolve();
  }, most_ms);
  const over = work.catch((error: unknown) => failing(`the last spans were not taken: ${String(error)}`));
  await Promise.race([over, late.promise]);
  clearTimeout(timer);
}
