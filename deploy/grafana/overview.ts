/** Is it well? One look, then the other dashboards. */
import { dashboard, figure, lines } from './panels.ts';

export const overview = dashboard('millrace-overview', 'Millrace: overview', 'Freshness, lag, dead letters and health')
  .withPanel(
    figure({
      title: 'Freshness, p99',
      says: 'From an event entering the log to the commit of what it changed, the slowest topology',
      unit: 's',
      queries: { '': 'max(millrace_topology_freshness_seconds{quantile="0.99"})' },
    }),
  )
  .withPanel(
    figure({
      title: 'Records not read yet',
      says: 'Over all tasks; a backlog is a backfill or an engine that falls behind',
      unit: 'short',
      queries: { '': 'sum(millrace_task_lag_records)' },
    }),
  )
  .withPanel(
    figure({
      title: 'Dead letters, last hour',
      says: 'Records that could not be processed; `millrace dead-letters list` has them',
      unit: 'short',
      queries: { '': 'sum(increase(millrace_task_dead_letters_total[1h]))' },
    }),
  )
  .withPanel(
    figure({
      title: 'Tasks that wait',
      says: 'For a broker, documents or a disk that does not answer',
      unit: 'short',
      queries: { '': 'sum(millrace_task_waiting)' },
    }),
  )
  .withPanel(
    lines({
      title: 'Records read',
      says: 'By topology',
      unit: 'reqps',
      queries: { '{{topology}}': 'sum by (topology) (rate(millrace_task_records_total[$__rate_interval]))' },
    }),
  )
  .withPanel(
    lines({
      title: 'Freshness',
      says: 'By topology, median and p99 of the newest 1,000 epochs',
      unit: 's',
      queries: { '{{topology}} p{{quantile}}': 'max by (topology, quantile) (millrace_topology_freshness_seconds)' },
    }),
  )
  .withPanel(
    lines({
      title: 'Memory',
      says: 'Resident, by process; and what its threads really hold: their heaps after a full collection',
      unit: 'bytes',
      queries: {
        '{{instance}}': 'process_resident_memory_bytes{job=~".*millrace.*"}',
        '{{instance}} {{thread}} holds': 'millrace_heap_live_bytes',
      },
    }),
  )
  .withPanel(
    lines({
      title: 'Event loop, p99 lag',
      says: 'How long the thread that answers requests is held up',
      unit: 's',
      queries: { '{{instance}}': 'nodejs_eventloop_lag_p99_seconds{job=~".*millrace.*"}' },
    }),
  );
