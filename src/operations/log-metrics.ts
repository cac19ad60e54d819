import { Counter, type Registry } from 'prom-client';

/** Failures by reason, got over or not. */
export type LogTroubles = ReadonlyMap<string, number>;

/** Registers what has gone wrong at the log, as each thread of the process has met it; asked whenever the metrics are read. */
export function registerLogTroubles(registry: Registry, troubles: () => readonly LogTroubles[]): void {
  const counter: Counter<'reason'> = new Counter({
    name: 'millrace_log_troubles_total',
    help: 'Failures at the log, also those that were got over, by reason',
    labelNames: ['reason'],
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const counts of troubles()) for (const [reason, count] of counts) counter.inc({ reason }, count);
    },
  });
}
