import { Counter, Gauge, type Registry } from 'prom-client';
import type { GroupStats } from './group-stats.ts';

/** Registers how the process stands in its groups; `stats` is asked whenever the metrics are read. */
export function registerGroupMetrics(registry: Registry, stats: () => readonly GroupStats[]): void {
  const registers = [registry];
  const tasks: Gauge<'topology' | 'role'> = new Gauge({
    name: 'millrace_group_tasks',
    help: 'Tasks that the group of a topology has given to this process, by role',
    labelNames: ['topology', 'role'],
    registers,
    collect: () => {
      tasks.reset();
      for (const { topology, run, standby } of stats()) {
        tasks.set({ topology, role: 'run' }, run);
        tasks.set({ topology, role: 'standby' }, standby);
      }
    },
  });
  const waiting: Gauge<'topology'> = new Gauge({
    name: 'millrace_group_waiting',
    help: '1 while this process has no task of a topology because another release runs them, 0 otherwise',
    labelNames: ['topology'],
    registers,
    collect: () => {
      waiting.reset();
      for (const { topology, waits } of stats()) waiting.set({ topology }, waits === null ? 0 : 1);
    },
  });
  const assignments: Counter<'topology'> = new Counter({
    name: 'millrace_group_assignments_total',
    help: 'How often the group has told this process what to do',
    labelNames: ['topology'],
    registers,
    collect: () => {
      assignments.reset();
      for (const { topology, assignments: count } of stats()) assignments.inc({ topology }, count);
    },
  });
  const joins: Counter<'topology' | 'reason'> = new Counter({
    name: 'millrace_group_joins_total',
    help: 'How often this process has joined the group, by reason',
    labelNames: ['topology', 'reason'],
    registers,
    collect: () => {
      joins.reset();
      for (const { topology, joins: byReason } of stats())
        for (const [reason, count] of Object.entries(byReason)) joins.inc({ topology, reason }, count);
    },
  });
}
