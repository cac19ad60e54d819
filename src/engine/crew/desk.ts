import { type RunnerOptions, TaskRunner } from '../runner.ts';
import { Standby } from './standby.ts';

export type Role = 'run' | 'standby' | 'none';

/** A place for one task in this process: it is run here, stood by for, or neither. */
export class Desk {
  readonly id: string;
  readonly topology: string;
  readonly partition: number;
  /** Open, or being opened, or not yet released. */
  held = false;
  runner: TaskRunner | undefined;
  #role: Role = 'none';
  #given = new AbortController();
  #standby: Standby | undefined;
  /** The local state has one writer at a time: a turn of a standby is ended before anything else begins. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(topology: string, partition: number) {
    this.topology = topology;
    this.partition = partition;
    this.id = `${topology}/${partition}`;
  }

  /** What the group wants of it. */
  get role(): Role {
    return this.#role;
  }

  /** Aborts when the task is to be run here no more. */
  get given(): AbortSignal {
    return this.#given.signal;
  }

  assign(role: Role): void {
    if (role === this.#role) return;
    if (this.#role === 'run') this.#given.abort();
    if (role === 'run') this.#given = new AbortController();
    if (role === 'none') this.#standby = undefined;
    this.#role = role;
  }

  /** Takes the task over: from where it was followed to, if it was. */
  open(options: RunnerOptions, signal: AbortSignal): Promise<TaskRunner> {
    return this.#next(async () => {
      const standby = this.#standby;
      this.#standby = undefined;
      this.runner = await (standby?.takeOver(signal) ??
        TaskRunner.open(this.topology, this.partition, options, signal));
      return this.runner;
    });
  }

  /** A turn of the standby; answers whether there may be more to follow. */
  follow(options: RunnerOptions, signal: AbortSignal): Promise<boolean> {
    return this.#next(async () => {
      if (this.#role !== 'standby') return false;
      this.#standby ??= new Standby(this.topology, this.partition, options);
      return this.#standby.follow(signal);
    });
  }

  /** It stands by no more, whatever the group wants, until the group says so again. */
  giveUpFollowing(): void {
    this.#standby = undefined;
    if (this.#role === 'standby') this.#role = 'none';
  }

  #next<R>(work: () => Promise<R>): Promise<R> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {}); // whoever asked for the turn is told
    return turn;
  }
}
