import { Fenced } from '../../src/errors.ts';
import { IncompatibleState } from '../../src/engine/errors.ts';
import type { RunnerOptions, TaskRunner } from '../../src/engine/runner.ts';
import type { StateStore } from '../../src/engine/state/store.ts';
import { type Around, aroundDocuments, aroundTransport, beforeCommit } from '../support/ports.ts';
import { Crash, type Slot } from '../support/settle.ts';
import type { World } from '../support/world.ts';
import type { Chaos } from './chaos.ts';

/** How a turn of a worker ended. One that stalls stands in the middle of a call, or of several, and goes on at its next turn. */
export type Turn = 'worked' | 'idle' | 'stalled' | 'crashed' | 'fenced' | 'refused';

/** What a worker is of, and finds beside its disk. */
export type Equipment = Pick<RunnerOptions, 'graph' | 'snapshots'>;

/** A worker that has, or believes to have, a task. */
export class Worker {
  readonly slot: Slot;
  readonly store: StateStore;
  readonly #world: World;
  readonly #chaos: Chaos;
  #runner: TaskRunner | undefined;
  #turn: Promise<Turn> | undefined;
  #stalled: (() => void) | undefined;
  /** Of the calls that stand: a task reads several places at once. */
  #goOn: (() => void)[] = [];

  readonly #equipment: Equipment;

  constructor(world: World, chaos: Chaos, slot: Slot, store: StateStore, equipment: Equipment) {
    this.#equipment = equipment;
    this.#world = world;
    this.#chaos = chaos;
    this.slot = slot;
    this.store = store;
  }

  get isStalled(): boolean {
    return this.#goOn.length > 0;
  }

  /** Ends in order: what is under way is finished, and a snapshot left; unless it crashes, or stalls on the way. */
  end(): Promise<Turn> {
    return this.#goOnWith(() =>
      this.#guarded(async () => {
        await this.#runner?.run(AbortSignal.abort());
        return 'idle';
      }),
    );
  }

  /** Goes on from where it stalled, or with another step. */
  turn(): Promise<Turn> {
    return this.#goOnWith(() => this.#step());
  }

  async #goOnWith(work: () => Promise<Turn>): Promise<Turn> {
    const { promise, resolve } = Promise.withResolvers<Turn>();
    this.#stalled = () => resolve('stalled');
    for (const goOn of this.#goOn.splice(0)) goOn();
    this.#turn ??= work();
    const turn = await Promise.race([this.#turn, promise]);
    if (turn !== 'stalled') this.#turn = undefined;
    return turn;
  }

  #step(): Promise<Turn> {
    return this.#guarded(async () => {
      this.#runner ??= await this.#open();
      return (await this.#runner.step()) ? 'worked' : 'idle';
    });
  }

  async #guarded(work: () => Promise<Turn>): Promise<Turn> {
    const { toll } = this.#chaos;
    try {
      return await work();
    } catch (error) {
      if (this.#isRefused(error)) {
        toll.refused++;
        return 'refused';
      }
      if (error instanceof Crash) {
        toll.crashes++;
        return 'crashed';
      }
      if (!(error instanceof Fenced)) throw error;
      toll.fenced++;
      return 'fenced';
    }
  }

  /** For what another release has begun, or as a former release by the state of a later one. */
  #isRefused(error: unknown): boolean {
    if (!(error instanceof IncompatibleState)) return false;
    return error.message.includes('another release') || this.#equipment.graph !== this.#world.graph;
  }

  #open(): Promise<TaskRunner> {
    const around: Around = async (call, work) => {
      // One that stands does nothing else: a call beside those that stand could fail, and be tried again without them.
      if (this.isStalled) await this.#stall();
      return this.#chaos.call(call, work, () => this.#stall());
    };
    const { topology, partition } = this.slot;
    return this.#world.open(topology, partition, {
      ...this.#equipment,
      transport: aroundTransport(this.#world.transport, around),
      documents: aroundDocuments(this.#world.documents, around),
      store: beforeCommit(this.store, () => this.#chaos.commit()),
      observer: {
        step: (task, step, moment) => this.#chaos.moment(`${task.id} ${task.epoch} ${moment} ${step}`),
        committed: (_, { muted }) => {
          this.#chaos.toll[muted ? 'replayed' : 'epochs']++;
        },
      },
    });
  }

  #stall(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#goOn.push(resolve);
    this.#stalled?.();
    return promise;
  }
}
