import type { Registry } from 'prom-client';
import { registerReadCounter } from '../read-metrics.ts';
import type { SpanFigures } from './figures.ts';

/** Registers what became of spans, in all threads of the process; asked whenever the metrics are read. */
export function registerSpanMetrics(registry: Registry, figures: () => readonly SpanFigures[]): void {
  const sum = (of: (one: SpanFigures) => number): number => figures().reduce((all, one) => all + of(one), 0);
  registerReadCounter(registry, {
    name: 'millrace_spans_total',
    help: 'Spans that have ended and are to be told, by what became of them: exported, failed (the collector did not take them) or dropped (the queue was full)',
    labelNames: ['outcome'],
    values: () => [
      [{ outcome: 'exported' }, sum(({ exported }) => exported)],
      [{ outcome: 'failed' }, sum(({ failed }) => failed)],
      [{ outcome: 'dropped' }, sum(({ dropped }) => dropped)],
    ],
  });
}
