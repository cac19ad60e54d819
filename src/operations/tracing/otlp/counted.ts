/** Counts what becomes of spans, and bounds how many are held: those that wait and those that are on their way. */
import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, Span, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import { isSampled } from '../context.ts';
import type { SpanFigures } from '../figures.ts';

type Result = Parameters<Parameters<SpanExporter['export']>[1]>[0];

export class Counted implements SpanFigures {
  exported = 0;
  failed = 0;
  dropped = 0;
  readonly #most: number;
  readonly #failing: (why: string) => void;
  #held = 0;

  /** Holds `most` spans at most; `failing` is told why each time that some are given up. */
  constructor(most: number, failing: (why: string) => void) {
    this.#most = most;
    this.#failing = failing;
  }

  get figures(): SpanFigures {
    const { exported, failed, dropped } = this;
    return { exported, failed, dropped };
  }

  exporter(to: SpanExporter): SpanExporter {
    return {
      export: (spans, done) =>
        to.export(spans, result => {
          this.#left(spans.length, result);
          done(result);
        }),
      shutdown: () => to.shutdown(),
      forceFlush: async () => to.forceFlush?.(),
    };
  }

  processor(to: SpanProcessor): SpanProcessor {
    return {
      onStart: (span: Span, parent) => to.onStart(span, parent),
      onEnd: (span: ReadableSpan) => {
        if (!isSampled(span.spanContext())) return;
        if (this.#held < this.#most) {
          this.#held++;
          to.onEnd(span);
        } else this.#drop();
      },
      shutdown: () => to.shutdown(),
      forceFlush: () => to.forceFlush(),
    };
  }

  #drop(): void {
    this.dropped++;
    this.#failing('more spans end than the collector takes: those beyond telemetry.traces.queue are dropped');
  }

  #left(spans: number, { code, error }: Result): void {
    this.#held -= spans;
    if (code === ExportResultCode.SUCCESS) this.exported += spans;
    else {
      this.failed += spans;
      this.#failing(`spans were not taken: ${error?.message ?? 'no reason was given'}`);
    }
  }
}
