/** Whether this release can go on with what another one has made of the tasks of a topology, found out before it does. */
import { TaskStopped } from '../errors.ts';
import { previewOf } from '../evolution/preview.ts';
import { ownPlan } from '../restore.ts';
import { Interrupted, retrying, type Work } from '../retry.ts';
import { newestCheckpoint } from '../snapshot.ts';
import type { CheckpointHead } from '../state/store.ts';
import type { CrewOptions } from './options.ts';
import type { Desk } from './desk.ts';

type Place = Pick<Desk, 'id' | 'topology' | 'partition'>;

export class Ability {
  readonly #options: CrewOptions;
  readonly #signal: AbortSignal;

  /** The signal ends whatever it waits for: then nothing is refused. */
  constructor(options: CrewOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /**
   * While another release runs the tasks: looks at the newest state within reach, and changes nothing. Throws
   * `TaskStopped` where this release would not take it up; what is not known yet is found out when it does.
   */
  async toTakeOver(places: readonly Place[], incumbent: string): Promise<void> {
    const { graph, documents, registry } = this.#options;
    const around = { journal: documents.journal, registry };
    await this.#each(places, async place => {
      const head = await this.#newest(place, true);
      if (head === undefined) return;
      const task = graph.task(place.topology, place.partition);
      const { refused } = await this.#ask('journal', () => previewOf(task, head, around));
      if (refused !== null) throw unable(place, incumbent, refused);
    });
  }

  /**
   * Before the first of them is opened here: no task of the topology, whoever is to run it, has an epoch under way that
   * only a former release can end. Else that one could not be run once more, after others had gone on. What this worker
   * has on its disk counts for the tasks that it runs: nobody else has it. Throws `LeftBehind`; false where the signal
   * ended it before all was known.
   */
  toBegin(places: readonly (Place & Pick<Desk, 'role'>)[]): Promise<boolean> {
    const { graph, documents } = this.#options;
    return this.#each(places, async place => {
      const { epoch } = (await this.#newest(place, place.role === 'run')) ?? { epoch: 0 };
      const [first, second] = await this.#ask('journal', () => documents.journal.after(place.id, epoch, 2));
      if (first !== undefined) ownPlan(graph.task(place.topology, place.partition), first, second === undefined);
    });
  }

  /** The local checkpoint may be of a former life, and the task further by now. */
  async #newest({ id }: Place, isLocalToo: boolean): Promise<CheckpointHead | undefined> {
    const { store, snapshots } = this.#options;
    const local = isLocalToo || snapshots === undefined ? store.head(id) : undefined;
    const there = snapshots && (await this.#ask('snapshot', () => newestCheckpoint(snapshots.to, id)));
    return (local?.epoch ?? 0) >= (there?.epoch ?? 0) ? local : there;
  }

  /** Whether it came to the end. */
  async #each<P extends Place>(places: readonly P[], work: (place: P) => Promise<void>): Promise<boolean> {
    try {
      for (const place of places) {
        if (this.#signal.aborted) return false;
        await work(place);
      }
      return true;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      return false;
    }
  }

  #ask<R>(what: string, work: Work<R>): Promise<R> {
    return retrying(what, work, this.#options.clock, this.#signal, () => {});
  }
}

const unable = ({ id }: Place, incumbent: string, refused: string): TaskStopped =>
  new TaskStopped(
    `${id}: ${incumbent}, and this release could not take over from it: ${refused}`,
    'Go on with that release, or mend this one; nothing was changed. What is to be computed anew is by `millrace replay --into`',
  );
