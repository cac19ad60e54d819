import { Fenced } from '../../errors.ts';
import { Interrupted } from '../retry.ts';
import type { RunnerOptions, TaskRunner } from '../runner.ts';
import { Ability } from './ability.ts';
import type { Desk } from './desk.ts';
import type { Group } from './group.ts';
import type { CrewOptions } from './options.ts';

/** Opens, runs and releases the tasks that a process is given. */
export class Deskwork {
  readonly taskOptions: RunnerOptions;
  readonly #options: CrewOptions;
  readonly #groups: readonly Group[];
  readonly #limits: { readonly maxRecords: number; maxBytes: number };
  /** Tasks are opened one after the other: a restore takes memory. */
  #opening: Promise<unknown> = Promise.resolve();

  constructor(options: CrewOptions, groups: readonly Group[]) {
    this.#options = options;
    this.#groups = groups;
    this.#limits = { maxRecords: options.maxRecords, maxBytes: shareOf(options.budgetBytes, 1) };
    this.taskOptions = { ...options, limits: this.#limits };
  }

  /** Brings a task one step towards what its group wants; answers whether there was one to take. */
  async settle(group: Group, desk: Desk, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (desk.role === 'run') {
      if (desk.runner !== undefined) return false;
      await this.#losing(group, desk, signal, () => this.#open(group, desk, AbortSignal.any([signal, desk.given])));
      return true;
    }
    if (!desk.held) return false;
    await this.handOver(desk);
    this.#release(group, desk, givenAway);
    return true;
  }

  /** A task from the moment that it is given to the moment that it is released, or that the signal aborts. */
  async run(group: Group, desk: Desk, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, desk.given]);
    await this.#losing(group, desk, signal, async () => {
      const runner = desk.runner ?? (await this.#open(group, desk, until));
      await runner?.run(until);
    });
    // At the end of the process nothing is released one by one: the groups are left.
    if (desk.held && !signal.aborted) this.#release(group, desk, givenAway);
  }

  /** Epochs until there is nothing to do; whether there was anything. */
  async drain(group: Group, desk: Desk, signal: AbortSignal): Promise<boolean> {
    let worked = false;
    await this.#losing(group, desk, signal, async () => {
      worked = (await desk.runner?.drain(AbortSignal.any([signal, desk.given]))) ?? false;
    });
    return worked;
  }

  /** Finishes what is under way, commits offsets, and leaves a snapshot for the next owner. */
  async handOver(desk: Desk): Promise<void> {
    try {
      await desk.runner?.run(AbortSignal.abort());
    } catch (error) {
      if (!(error instanceof Fenced)) throw error; // who has taken it over needs nothing from us
    }
  }

  /**
   * Before the group is left, while another release waits for this one to go: tasks that somebody of this release was
   * killed with, and that the group has given here and nobody has opened yet. What is under way in them, only this
   * release can end.
   */
  async endOfOthers(group: Group, signal: AbortSignal): Promise<void> {
    if (!group.awaited) return;
    for (const desk of group.desks) {
      if (desk.role !== 'run' || desk.runner !== undefined) continue;
      await this.#losing(group, desk, signal, () => this.#open(group, desk, signal));
      await this.handOver(desk);
    }
  }

  /** Undefined where it was told to stop before. */
  #open(group: Group, desk: Desk, signal: AbortSignal): Promise<TaskRunner | undefined> {
    desk.held = true;
    this.#share();
    const opened = this.#opening.then(() => this.#opened(group, desk, signal));
    this.#opening = opened.catch(() => {}); // whoever opens it is told
    return opened;
  }

  async #opened(group: Group, desk: Desk, signal: AbortSignal): Promise<TaskRunner | undefined> {
    if (signal.aborted) return undefined;
    try {
      group.mayBegin ||= await new Ability(this.#options, signal).toBegin(group.desks);
      if (!group.mayBegin) return undefined;
      const runner = await desk.open(this.taskOptions, signal);
      this.#noteRuns();
      return runner;
    } catch (error) {
      if (error instanceof Interrupted) return undefined;
      throw error;
    }
  }

  /**
   * A task that another worker has taken over is no failure where the group can be told: it is dropped, and not taken
   * back before the group says so.
   */
  async #losing(group: Group, desk: Desk, signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Fenced)) throw error;
      this.#release(group, desk, error.message);
      group.member?.lost(error);
      if (!signal.aborted) group.lose(desk); // a process that shares with nobody has been stopped by it
    }
  }

  #release(group: Group, desk: Desk, why: string): void {
    desk.held = false;
    desk.runner = undefined;
    this.#options.observer?.left?.(desk.id, why);
    this.#share();
    this.#noteRuns();
    if (group.released) group.member?.meet();
  }

  get #held(): readonly Desk[] {
    return this.#groups.flatMap(({ held }) => held);
  }

  /** What a process runs at its end is what its next life gets back. */
  #noteRuns(): void {
    this.#options.worker.runs(this.#held.map(({ id }) => id));
  }

  #share(): void {
    this.#limits.maxBytes = shareOf(this.#options.budgetBytes, this.#held.length);
  }
}

const givenAway = 'the group gives it to another worker';

/** Decoded values take several times the bytes of their records. */
const decodedFactor = 4;

const shareOf = (budgetBytes: number, tasks: number): number =>
  Math.max(1, Math.floor(budgetBytes / decodedFactor / Math.max(1, tasks)));
