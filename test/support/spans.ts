/** Spans as an exporter would get them, without a collector. */
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { openOtlp } from '../../src/operations/tracing/otlp/open.ts';
import type { OtlpSettings } from '../../src/operations/tracing/otlp/settings.ts';
import type { Tracing } from '../../src/operations/tracing/tracing.ts';

export const otlpSettings: OtlpSettings = { queue: 1_000, batch: 100, every_ms: 1, timeout_ms: 1_000 };

export interface Spans extends AsyncDisposable {
  readonly tracing: Tracing;
  /** All that have ended since it was opened. */
  told(): Promise<readonly ReadableSpan[]>;
}

export function openSpans(change: Partial<Tracing> = {}, settings: Partial<OtlpSettings> = {}): Spans {
  const exporter = new InMemorySpanExporter();
  const failing = (why: string): never => {
    throw new Error(why);
  };
  const opened = openOtlp({ ...otlpSettings, ...settings }, { environment: {}, failing, exporter });
  const { tracer, choose } = opened;
  const tracing: Tracing = {
    tracer,
    choose,
    system: 'millrace',
    database: 'sqlite',
    keys: false,
    continues: 'services',
    ...change,
  };
  return {
    tracing,
    told: async () => {
      await opened.flush();
      return exporter.getFinishedSpans();
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** The header of a trace that somebody else has begun. */
export const begunElsewhere = (flags: '00' | '01' = '01') => ({
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  header: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}`,
});
