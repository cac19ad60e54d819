import type { Worker } from 'node:worker_threads';
import { MillraceError } from '../errors.ts';
import type { TopologyFreshness } from '../operations/freshness.ts';
import type { DocumentCharge } from '../operations/document-metrics.ts';
import type { GroupStats } from '../operations/group-stats.ts';
import type { ConnectorFigures } from '../recommender/orders/connector.ts';
import type { LogFigures } from '../operations/logging/counts.ts';
import type { StructuredLogger } from '../operations/logging/structured-logger.ts';
import type { ThreadMemory } from '../operations/thread-memory.ts';
import type { TopologyNode } from '../operations/step-sums.ts';
import type { TaskStats } from '../operations/task-stats.ts';
import { noSpans, type SpanFigures } from '../operations/tracing/figures.ts';
import { failureOf } from './engine-failure.ts';
import type { EngineCommand, EngineMessage, EngineThreadOptions } from './engine-messages.ts';
import type { Millis } from '../stream/time.ts';
import { engineWorker } from './warm-engine.ts';

/** The engine has stopped by itself. `engineCode` is the code of the error that stopped it. */
export class EngineFailed extends MillraceError {
  readonly code = 'ENGINE_FAILED';
  readonly engineCode: string;
  constructor(engineCode: string, message: string, options?: ErrorOptions) {
    super(
      `The engine stopped: ${message}`,
      'Nothing that was acknowledged is lost; start again once the cause is mended',
      options,
    );
    this.engineCode = engineCode;
  }
}

/** The engine in a thread of its own, as the main thread sees it. */
export class EngineThread implements AsyncDisposable {
  /** Resolves when every task stands where its journal ends. Rejects with `EngineFailed` if one cannot. */
  readonly restored: Promise<void>;
  /** Resolves after an orderly end, rejects with `EngineFailed`. */
  readonly ended: Promise<void>;
  tasks: readonly TaskStats[] = [];
  /** What the steps of the topologies have done since the thread was started. */
  steps: readonly TopologyNode[] = [];
  /** Fences of the tasks that run here, as of a moment ago. */
  held: ReadonlyMap<string, number> = new Map();
  /** Of events that came since the thread was started. */
  freshness: readonly TopologyFreshness[] = [];
  /** How the process stands in the groups of its topologies. */
  groups: readonly GroupStats[] = [];
  /** What has gone wrong at the log, by reason, got over or not. */
  troubles: ReadonlyMap<string, number> = new Map();
  /** What the documents have cost since the thread was started. */
  charges: readonly DocumentCharge[] = [];
  /** What became of the spans of the thread. */
  spans: SpanFigures = noSpans;
  /** What became of orders since the thread was started; null where this process does not bring them. */
  orders: ConnectorFigures | null = null;
  /** How much the thread has said. */
  logged: readonly LogFigures[] = [];
  /** What the thread has in memory; undefined before it has said so. */
  memory: ThreadMemory | undefined;
  readonly #worker: Worker;
  readonly #now: () => Millis;
  /** When it said something last; undefined while nothing has to be heard of it: before it is restored, and after its end. */
  #heardAt: Millis | undefined;

  /**
   * @param logger takes the lines of the thread, which only says something where its options say how
   * @param now a time that never goes back
   */
  constructor(
    options: EngineThreadOptions,
    logger?: Pick<StructuredLogger, 'pass'>,
    now: () => Millis = () => performance.now(),
  ) {
    this.#now = now;
    this.#worker = engineWorker();
    const restored = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const fail = ({ code, message }: { readonly code: string; readonly message: string }, cause?: unknown): void => {
      this.#heardAt = undefined;
      const error = new EngineFailed(code, message, { cause });
      restored.reject(error);
      ended.reject(error);
    };
    this.#worker.on('message', (message: EngineMessage) => {
      if (this.#heardAt !== undefined) this.#heardAt = now();
      if (message.type === 'stats') {
        this.tasks = message.tasks;
        this.steps = message.steps;
        this.held = message.held;
        this.freshness = message.freshness;
        this.groups = message.groups;
        this.troubles = message.troubles;
        this.charges = message.charges;
        this.spans = message.spans;
        this.orders = message.orders;
        this.logged = message.logged;
        this.memory = message.memory;
      } else if (message.type === 'log') logger?.pass(message.line);
      else if (message.type === 'restored') {
        this.#heardAt = now();
        restored.resolve();
      } else if (message.type === 'failed') fail(message);
      else {
        this.#heardAt = undefined;
        ended.resolve();
      }
    });
    // It has said nothing of it itself: where it was thrown is told of the cause.
    this.#worker.on('error', error => fail(failureOf(error, options.logging), error));
    this.#worker.on('exit', code => fail({ code: 'EXITED', message: `its thread ended with code ${code}` }));
    this.#worker.postMessage({ type: 'start', options } satisfies EngineCommand);
    this.restored = restored.promise;
    this.ended = ended.promise;
    // Whoever awaits only one of the two must not be blamed for the other.
    this.restored.catch(() => {});
    this.ended.catch(() => {});
  }

  /** How long it has not said how it stands, which it does twenty times a second from `restored` to its end; else 0. */
  silentFor(): Millis {
    return this.#heardAt === undefined ? 0 : this.#now() - this.#heardAt;
  }

  /** Finishes the epochs under way, snapshots, and ends; resolves as `ended` does. */
  stop(): Promise<void> {
    this.#worker.postMessage({ type: 'stop' } satisfies EngineCommand);
    return this.ended;
  }

  /** Ends it in order, whatever else has failed: a failure of its own is told by `ended`, and hides no other one. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
  }
}

/** Of an engine, what metrics and probes tell. */
export type ToldEngine = Pick<
  EngineThread,
  | 'tasks'
  | 'steps'
  | 'freshness'
  | 'groups'
  | 'troubles'
  | 'charges'
  | 'spans'
  | 'orders'
  | 'logged'
  | 'memory'
  | 'silentFor'
>;
