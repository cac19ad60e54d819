import { Fenced } from '../../src/errors.ts';
import type { TaskRunner } from '../../src/engine/runner.ts';
import type { StateStore } from '../../src/engine/state/store.ts';
import { type Around, aroundDocuments, aroundTransport, beforeCommit } from '../support/ports.ts';
import { Crash, type Slot } from '../support/settle.ts';
import type { World } from '../support/world.ts';
import type { Chaos } from './chaos.ts';

/** How a turn of a worker ended. One that stalls stands in the middle of a call, or of several, and goes on at its next turn. */
export type Turn = 'worked' | 'idle' | 'stalled' | 'crashed' | 'fenced';

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

  constructor(world: World, chaos: Chaos, slot: Slot, store: StateStore) {
    this.#world = world;
    this.#chaos = chaos;
    this.slot = slot;
    this.store = store;
  }

  get isStalled(): boolean {
    return this.#goOn.length > 0;
  }

  /** Goes on from where it stalled, or with another step. */
  async turn(): Promise<Turn> {
    const { promise, resolve } = Promise.withResolvers<Turn>();
    this.#stalled = () => resolve('stalled');
    for (const goOn of this.#goOn.splice(0)) goOn();
    this.#turn ??= this.#step();
    const turn = await Promise.race([this.#turn, promise]);
    if (turn !== 'stalled') this.#turn = undefined;
    return turn;
  }

  async #step(): Promise<Turn> {
    const { toll } = this.#chaos;
    try {
      this.#runner ??= await this.#open();
      return (await this.#runner.step()) ? 'worked' : 'idle';
    } catch (error) {
      if (error instanceof Crash) {
        toll.crashes++;
        return 'crashed';
      }
      if (!(error instanceof Fenced)) throw error;
      toll.fenced++;
      return 'fenced';
    }
  }

  #open(): Promise<TaskRunner> {
    const around: Around = (call, work) => this.#chaos.call(call, work, () => this.#stall());
    const { topology, partition } = this.slot;
    return this.#world.open(topology, partition, {
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
