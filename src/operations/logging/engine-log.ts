/** Says what tasks meet, as whoever watches them sees it. The engine itself knows of no log. */
import type { Assignment } from '../../engine/assignment/claims.ts';
import type { Epoch } from '../../engine/epoch.ts';
import type { GoingOn, Observer } from '../../engine/runner-options.ts';
import type { TaskRuntime } from '../../engine/runtime.ts';
import type { Unavailable } from '../../errors.ts';
import { sourceOf } from '../going-on.ts';
import { heldBackWords } from '../group-stats.ts';
import { events } from './events.ts';
import type { Logger } from './logger.ts';
import { traceIdOf } from './trace-id.ts';

/** Reasons to join that are nobody's trouble. */
const ordinary: ReadonlySet<string> = new Set(['start', 'REBALANCE_IN_PROGRESS', 'a task was released']);

export class EngineLog implements Observer {
  readonly #logger: Logger;
  /** Why this process has no tasks of a topology, by its name. */
  readonly #waits = new Map<string, string | undefined>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** What an epoch that is silently executed again met was told when it was new. */
  committed({ id: task, letters }: TaskRuntime, { plan, muted }: Pick<Epoch, 'plan' | 'muted'>): void {
    if (letters.length === 0 || muted) return;
    for (const { topic, partition, offset, reason: problem, trace } of letters)
      this.#logger.log(events.deadLetter, {
        task,
        topic,
        partition,
        offset,
        epoch: plan?.epoch,
        traceId: traceIdOf(trace),
        problem,
      });
  }

  /** Tries come seconds apart: the first is told, and then each time that they have doubled. */
  waiting({ id: task, epoch }: TaskRuntime, dependency: string, error: Unavailable, attempt: number): void {
    if ((attempt & (attempt - 1)) === 0)
      this.#logger.log(events.taskWaits, { task, epoch, dependency, attempt }, error);
  }

  takenOver({ id: task }: TaskRuntime, on: GoingOn): void {
    const reason = sourceOf(on);
    if (reason !== undefined) this.#logger.log(events.taskRestored, { task, reason });
  }

  left(task: string, reason: string): void {
    this.#logger.log(events.taskLeft, { task, reason });
  }

  joining(topology: string, reason: string): void {
    if (!ordinary.has(reason)) this.#logger.log(events.joining, { topology, reason });
  }

  assigned(topology: string, { run, waits, heldBack }: Assignment): void {
    this.#logger.log(events.assigned, { topology, count: run.length });
    const reason = waits ?? (heldBack ? heldBackWords : undefined);
    if (reason === this.#waits.get(topology)) return;
    this.#waits.set(topology, reason);
    this.#logger.log(reason === undefined ? events.groupWaitsNoMore : events.groupWaits, { topology, reason });
  }
}
