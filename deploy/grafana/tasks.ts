/** What each task does: how far it is, what it leaves out, what it waits for. */
import { dashboard, lines } from './panels.ts';

const of = '{topology=~"$topology"}';

export const tasks = dashboard(
  'millrace-tasks',
  'Millrace: tasks',
  'Lag, event time, epochs and failures, task by task',
)
  .withPanel(
    lines({
      title: 'Lag in records',
      says: 'Not read yet, by task',
      unit: 'short',
      queries: { '{{task}}': `sum by (task) (millrace_task_lag_records${of})` },
    }),
  )
  .withPanel(
    lines({
      title: 'Lag in event time',
      says: 'From what the task has read to the newest record, its slowest partition',
      unit: 's',
      queries: { '{{task}}': `max by (task) (millrace_task_lag_seconds${of})` },
    }),
  )
  .withPanel(
    lines({
      title: 'Event time behind the clock',
      says: 'Windows close and joins answer by event time; a line that climbs stands still',
      unit: 's',
      queries: { '{{task}}': `time() - max by (task) (millrace_task_watermark_seconds${of})` },
    }),
  )
  .withPanel(
    lines({
      title: 'Epochs',
      says: 'Committed, by task; few and large ones under a backlog, many small ones when caught up',
      unit: 'reqps',
      queries: { '{{task}}': `sum by (task) (rate(millrace_task_epochs_total${of}[$__rate_interval]))` },
    }),
  )
  .withPanel(
    lines({
      title: 'Dead letters and late records',
      says: 'By topology',
      unit: 'reqps',
      queries: {
        'dead, {{topology}}': `sum by (topology) (rate(millrace_task_dead_letters_total${of}[$__rate_interval]))`,
        'late, {{topology}}': `sum by (topology) (rate(millrace_task_late_records_total${of}[$__rate_interval]))`,
      },
    }),
  )
  .withPanel(
    lines({
      title: 'Attempts at ports that did not answer',
      says: 'By task; the log of the process names the port',
      unit: 'reqps',
      queries: { '{{task}}': `sum by (task) (rate(millrace_task_waits_total${of}[$__rate_interval]))` },
    }),
  )
  .withPanel(
    lines({
      title: 'Tasks of each process',
      says: 'By role: owner or standby',
      unit: 'short',
      queries: { '{{instance}} {{role}}': `sum by (instance, role) (millrace_group_tasks${of})` },
    }),
  )
  .withPanel(
    lines({
      title: 'Failures at the log',
      says: 'Also those that were got over, by reason',
      unit: 'reqps',
      queries: { '{{reason}}': 'sum by (reason) (rate(millrace_log_troubles_total[$__rate_interval]))' },
    }),
  );
