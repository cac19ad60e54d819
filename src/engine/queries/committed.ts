/** What the checkpoints of a process hold of a key: read beside the tasks, without waiting for any epoch. */
import type { Millis } from '../../stream/time.ts';
import { factsOf } from '../checkpoint.ts';
import type { Graph } from '../graph.ts';
import type { StateStore } from '../state/store.ts';
import type { Step, StoredState } from '../step.ts';
import type { TaskRuntime } from '../runtime.ts';
import { StateNotReadable, UnknownState } from './errors.ts';

/** Whose state, of which key. */
export interface StateAddress {
  readonly topology: string;
  readonly step: string;
  readonly partition: number;
  readonly key: string;
}

/** The state of a key as one checkpoint has it. */
export interface CommittedValue {
  /** `topology/partition`. */
  readonly task: string;
  /** The epoch that the checkpoint ends; 0 before the first. */
  readonly epoch: number;
  /** Event time that the task had reached; null before any. */
  readonly watermark: Millis | null;
  /** Undefined where the checkpoint holds nothing of the key. */
  readonly value: unknown;
}

/** A task commits between two reads at most so often before a reader gives up. */
const mostAttempts = 100;

/** Reads through a connection of its own: the engine's thread neither waits for it nor knows of it. */
export class CommittedState {
  readonly #graph: Graph;
  readonly #store: Pick<StateStore, 'head' | 'get' | 'range'>;
  /** One of each topology, which never runs: for what its steps know of their state. */
  readonly #dry = new Map<string, TaskRuntime>();

  constructor(graph: Graph, store: Pick<StateStore, 'head' | 'get' | 'range'>) {
    this.#graph = graph;
    this.#store = store;
  }

  /** @throws {UnknownState} {StateNotReadable} {Unavailable} */
  read({ topology, step: name, partition, key }: StateAddress): CommittedValue {
    const step = this.stepOf(topology, name);
    const task = `${topology}/${partition}`;
    const stored: StoredState = {
      get: at => this.#store.get(task, name, at),
      range: (from, limit) =>
        this.#store.range(task, name, from, limit).map(entry => [entry.key, entry.value] as const),
    };
    // Two heads that are the same have no commit between them, so all that was read there is of that epoch.
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const head = this.#store.head(task);
      if (head === undefined) return { task, epoch: 0, watermark: null, value: undefined };
      const { watermark, steps } = factsOf(task, head);
      const value = this.#valueOf(step, steps[name], { task, name, key }, stored);
      const again = this.#store.head(task);
      if (again?.epoch === head.epoch && again.fence === head.fence && again.body === head.body)
        return { task, epoch: head.epoch, watermark, value };
    }
    throw new StateNotReadable(`${task} commits faster than it can be read`, 'Ask again');
  }

  /** The step, if it can be asked. @throws {UnknownState} */
  stepOf(topology: string, name: string): Step {
    const step = this.#taskOf(topology).steps.get(name);
    if (step?.query !== undefined) return step;
    const askable = [...this.#taskOf(topology).steps].flatMap(([known, other]) => ('query' in other ? [known] : []));
    throw new UnknownState(
      step === undefined
        ? `Topology '${topology}' has no step '${name}'`
        : `The step '${name}' of '${topology}' is ${step.kind}, and cannot be asked`,
      askable.length === 0
        ? 'None of its steps can be asked: read what it writes instead'
        : `Ask one of ${askable.join(', ')}`,
    );
  }

  #valueOf(
    step: Step,
    identity: string | undefined,
    { task, name, key }: { readonly task: string; readonly name: string; readonly key: string },
    stored: StoredState,
  ): unknown {
    if (identity === undefined) return undefined; // the step is new: nothing was ever committed of it
    const own = step.identity === '' ? step.kind : `${step.kind} ${step.identity}`;
    if (identity === own) return step.query?.(key, stored);
    throw new StateNotReadable(
      `What ${task} has stored of '${name}' is of another release`,
      'Ask again once the task has committed an epoch under this one',
    );
  }

  #taskOf(topology: string): TaskRuntime {
    const known = this.#dry.get(topology);
    if (known !== undefined) return known;
    if (!this.#graph.topologies.some(({ name }) => name === topology))
      throw new UnknownState(
        `There is no topology '${topology}'`,
        `Ask about one of ${this.#graph.topologies.map(({ name }) => name).join(', ')}`,
      );
    const task = this.#graph.task(topology, 0);
    this.#dry.set(topology, task);
    return task;
  }
}
