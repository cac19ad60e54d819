import { Counter, type Registry } from 'prom-client';
import type { LogFigures } from './counts.ts';

/** Registers how much the process says, and what it does not say; asked whenever the metrics are read. */
export function registerLoggingMetrics(registry: Registry, figures: () => readonly (readonly LogFigures[])[]): void {
  const written: Counter<'component' | 'level'> = new Counter({
    name: 'millrace_log_lines_total',
    help: 'Lines that the process has written of itself, by part of it and level',
    labelNames: ['component', 'level'],
    registers: [registry],
    collect: () => {
      written.reset();
      for (const { component, level, written: count } of figures().flat()) written.inc({ component, level }, count);
    },
  });
  const suppressed: Counter<'component' | 'level' | 'reason'> = new Counter({
    name: 'millrace_log_suppressed_total',
    help: 'Lines that were not written: held back since the same had been said too often, or dropped since standard error was too slow',
    labelNames: ['component', 'level', 'reason'],
    registers: [registry],
    collect: () => {
      suppressed.reset();
      for (const { component, level, heldBack, dropped } of figures().flat()) {
        suppressed.inc({ component, level, reason: 'held-back' }, heldBack);
        suppressed.inc({ component, level, reason: 'dropped' }, dropped);
      }
    },
  });
}
