/** What the live figures are made of: supplied by the process, since only it knows whether an engine runs in it. */
import type { Freshness } from '../../../operations/freshness.ts';
import type { TaskLagSum } from '../../../operations/task-lag.ts';
import type { Millis } from '../../../stream/time.ts';

export interface LiveFigures {
  /** Events from outside that the topologies have read so far, each counted once. */
  readonly records: number;
  /** Records that all topologies together are behind. */
  readonly lag: number;
  /** The longest that a task is behind in event time, in milliseconds; null where nobody can say. */
  readonly lagMs: Millis | null;
  /** The tasks that are furthest behind. */
  readonly tasks: readonly TaskLagSum[];
  /** Of all tasks since the process started; null without an engine. */
  readonly epochs: number | null;
  /** In the log, over all runs. */
  readonly deadLetters: number | null;
  /** Why a task waits for a port; null where none does, and without an engine. */
  readonly waiting: string | null;
  /** Of lists: null before the first, and without an engine. */
  readonly freshness: Freshness | null;
}

export interface LiveSource {
  sample(): Promise<LiveFigures>;
}
