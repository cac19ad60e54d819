import type { TopologyFreshness } from '../operations/freshness.ts';
import type { DocumentCharge } from '../operations/document-metrics.ts';
import type { GroupStats } from '../operations/group-stats.ts';
import type { ConnectorFigures } from '../recommender/orders/connector.ts';
import type { LogFigures } from '../operations/logging/counts.ts';
import type { LogLine } from '../operations/logging/line.ts';
import type { LoggingSettings } from '../operations/logging/settings.ts';
import type { TopologyNode } from '../operations/step-sums.ts';
import type { TaskStats } from '../operations/task-stats.ts';
import type { ApplicationSettings } from './application.ts';
import type { ThreadMemory } from '../operations/thread-memory.ts';
import type { SpanFigures } from '../operations/tracing/figures.ts';
import type { TracingSettings } from './open-tracing.ts';
import type { PortSettings } from './port-settings.ts';

/** What the engine's thread is started with. */
export interface EngineThreadOptions {
  /** What the thread opens the ports with: connections and files do not cross threads. */
  readonly ports: PortSettings;
  /** URL of a module that exports `topologies`, or `topologiesWith` for the settings. */
  readonly app: string;
  readonly settings: ApplicationSettings;
  /** Names of the topologies to run; all where absent. */
  readonly run?: readonly string[];
  /** How orders are brought from the documents into the log; absent where this process does not. */
  readonly orders?: {
    readonly pollEvery_ms: number;
    readonly leaseFor_ms: number;
    /** Whose; all where it is empty. */
    readonly tenants: readonly string[];
  };
  /** End once everything in the log has been processed, instead of waiting for more. */
  readonly untilCaughtUp: boolean;
  /** Records of an epoch. */
  readonly maxRecords: number;
  /** Bytes that the epochs of all tasks may hold. */
  readonly budgetBytes: number;
  /** Warm standbys of each task, where processes share them; one where absent. */
  readonly standbys?: number;
  /** What the thread tells of its epochs to a collector; nothing where absent. */
  readonly tracing?: TracingSettings;
  /** How the thread logs: its lines come as messages. It says nothing where absent. */
  readonly logging?: LoggingSettings;
  /** Whether it reads the past into a namespace of its own. */
  readonly isReplay?: boolean;
}

/** From the engine's thread. */
export type EngineMessage =
  | { readonly type: 'restored' }
  | {
      readonly type: 'stats';
      readonly tasks: readonly TaskStats[];
      readonly steps: readonly TopologyNode[];
      /** Fences of the tasks that run here now. */
      readonly held: ReadonlyMap<string, number>;
      readonly freshness: readonly TopologyFreshness[];
      readonly groups: readonly GroupStats[];
      /** What has gone wrong at the log, by reason. */
      readonly troubles: ReadonlyMap<string, number>;
      /** What the documents have cost. */
      readonly charges: readonly DocumentCharge[];
      /** What became of the thread's spans. */
      readonly spans: SpanFigures;
      /** What became of orders; null where this process does not bring them. */
      readonly orders: ConnectorFigures | null;
      /** How much the thread has said. */
      readonly logged: readonly LogFigures[];
      readonly memory: ThreadMemory;
    }
  | { readonly type: 'log'; readonly line: LogLine }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** To the engine's thread: first of all to start, then to finish the epochs under way and end. */
export type EngineCommand =
  { readonly type: 'start'; readonly options: EngineThreadOptions } | { readonly type: 'stop' };
