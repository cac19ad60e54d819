import type { TopologyFreshness } from '../operations/freshness.ts';
import type { TaskStats } from '../operations/task-stats.ts';

/** What the engine's thread is started with. */
export interface EngineThreadOptions {
  /** Folder of the embedded adapters. */
  readonly data: string;
  /** URL of a module that exports `topologies`. */
  readonly app: string;
  /** Names of the topologies to run; all where absent. */
  readonly run?: readonly string[];
  /** End once everything in the log has been processed, instead of waiting for more. */
  readonly untilCaughtUp: boolean;
  readonly maxRecords: number;
  readonly budgetBytes: number;
}

/** What a process gives its engine: records of an epoch, and bytes that the epochs of all tasks may hold. */
export const engineLimits = { maxRecords: 10_000, budgetBytes: 1 << 28 } as const;

/** From the engine's thread. */
export type EngineMessage =
  | { readonly type: 'restored' }
  | {
      readonly type: 'stats';
      readonly tasks: readonly TaskStats[];
      readonly freshness: readonly TopologyFreshness[];
    }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** To the engine's thread: finish the epochs under way and end. */
export const stopCommand = 'stop';
