import type { Registry } from 'prom-client';
import { registerReadCounter, registerReadGauge } from './read-metrics.ts';
import type { StepCalls } from './step-calls.ts';
import type { TaskStats } from './task-stats.ts';

const labelNames = ['task', 'topology', 'step'] as const;

type Counted = 'calls' | 'retries' | 'timeouts' | 'failures';
const counters: readonly (readonly [name: string, help: string, of: Counted])[] = [
  ['millrace_async_calls_total', 'Calls that asynchronous steps have made, repeated ones included', 'calls'],
  ['millrace_async_retries_total', 'Calls that were made again after a failure', 'retries'],
  ['millrace_async_timeouts_total', 'Calls that had no answer in time', 'timeouts'],
  ['millrace_async_failures_total', 'Values whose work was given up for good', 'failures'],
];

const open = { closed: 0, 'half-open': 0.5, open: 1 } as const;
const gauges: readonly (readonly [name: string, help: string, of: (calls: StepCalls) => number | undefined])[] = [
  ['millrace_async_calls_under_way', 'Calls that wait for their answer', ({ underWay }) => underWay],
  [
    'millrace_async_breaker_open',
    '1 while the circuit breaker of a step lets nobody call, 0.5 while it tries one, else 0',
    ({ breaker }) => (breaker === null ? undefined : open[breaker]),
  ],
];

/** Registers what asynchronous steps call; `stats` is asked whenever the metrics are read. */
export function registerCallMetrics(registry: Registry, stats: () => readonly TaskStats[]): void {
  const each = (of: (calls: StepCalls) => number | undefined) => () =>
    stats().flatMap(({ task, topology, calls }) =>
      calls.map(one => [{ task, topology, step: one.step }, of(one)] as const),
    );
  for (const [name, help, of] of counters)
    registerReadCounter(registry, { name, help, labelNames, values: each(calls => calls[of]) });
  for (const [name, help, of] of gauges) registerReadGauge(registry, { name, help, labelNames, values: each(of) });
}
