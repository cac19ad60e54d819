import { Gauge, type Registry } from 'prom-client';
import { Unavailable } from '../errors.ts';
import type { TopologyFreshness } from './freshness.ts';
import { registerReadCounter, registerReadGauge } from './read-metrics.ts';
import type { TaskLag } from './task-lag.ts';
import type { TaskStats } from './task-stats.ts';

const labelNames = ['task', 'topology'] as const;

type Counted = 'epochs' | 'records' | 'late' | 'deadLetters' | 'waits';
const counters: readonly (readonly [name: string, help: string, of: Counted])[] = [
  ['millrace_task_epochs_total', 'Epochs that the task has committed', 'epochs'],
  ['millrace_task_records_total', 'Records that the task has read', 'records'],
  ['millrace_task_late_records_total', 'Records that came too late for their window', 'late'],
  ['millrace_task_dead_letters_total', 'Records that became dead letters', 'deadLetters'],
  ['millrace_task_waits_total', 'Attempts at ports that did not answer', 'waits'],
];

const seconds = (millis: number | null): number | undefined => (millis === null ? undefined : millis / 1_000);
const gauges: readonly (readonly [name: string, help: string, of: (stats: TaskStats) => number | undefined])[] = [
  ['millrace_task_watermark_seconds', 'Event time reached, in seconds since 1970', s => seconds(s.watermark)],
  ['millrace_task_last_epoch_seconds', 'Wall clock of the newest epoch', s => seconds(s.lastEpochAt)],
  ['millrace_task_waiting', '1 while a port does not answer the task', s => (s.waiting === null ? 0 : 1)],
];

/** Registers what tasks do; `stats` is asked whenever the metrics are read. */
export function registerTaskMetrics(registry: Registry, stats: () => readonly TaskStats[]): void {
  const each = (of: (stats: TaskStats) => number | undefined) => () =>
    stats().map(one => [{ task: one.task, topology: one.topology }, of(one)] as const);
  for (const [name, help, of] of counters)
    registerReadCounter(registry, { name, help, labelNames, values: each(task => task[of]) });
  for (const [name, help, of] of gauges) registerReadGauge(registry, { name, help, labelNames, values: each(of) });
}

/** Registers how old events are when what they changed is committed, topology by topology. */
export function registerFreshness(registry: Registry, freshness: () => readonly TopologyFreshness[]): void {
  const gauge: Gauge<'topology' | 'quantile'> = new Gauge({
    name: 'millrace_topology_freshness_seconds',
    help: "Time from an event's entering the log to the commit of what it changed, over the newest 1,000 epochs",
    labelNames: ['topology', 'quantile'],
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const { topology, p50, p99 } of freshness()) {
        gauge.set({ topology, quantile: '0.5' }, p50 / 1_000);
        gauge.set({ topology, quantile: '0.99' }, p99 / 1_000);
      }
    },
  });
}

const lagLabels = ['task', 'topology', 'topic', 'partition'] as const;
const lagGauges: readonly (readonly [name: string, help: string, of: (lag: TaskLag) => number | undefined])[] = [
  ['millrace_task_lag_records', 'Records that the task has not read yet', ({ behind }) => behind],
  [
    'millrace_task_lag_seconds',
    'Event time from what the task has read to the newest record; absent where nobody can say',
    ({ behindMs }) => seconds(behindMs),
  ],
];

/** Registers how far the tasks of this process are behind; `lags` is asked once whenever the metrics are read. */
export function registerTaskLag(registry: Registry, lags: () => Promise<readonly TaskLag[]>): void {
  const ask = sharedWhileUnderWay(() => lags().catch(noneWhereAway));
  for (const [name, help, of] of lagGauges) {
    const gauge: Gauge<(typeof lagLabels)[number]> = new Gauge({
      name,
      help,
      labelNames: lagLabels,
      registers: [registry],
      collect: async () => {
        const now = await ask();
        gauge.reset();
        for (const lag of now) {
          const { task, topology, topic, partition } = lag;
          const value = of(lag);
          if (value !== undefined) gauge.set({ task, topology, topic, partition }, value);
        }
      },
    });
  }
}

/** A log that is away has no end to be behind of; that tasks wait for it is told by `millrace_task_waiting`. */
export function noneWhereAway(error: unknown): readonly never[] {
  if (error instanceof Unavailable) return [];
  throw error;
}

/** Who asks while an answer is under way gets the same: metrics of one reading agree with each other. */
export function sharedWhileUnderWay<T>(ask: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => (underWay ??= ask().finally(() => (underWay = undefined)));
}
