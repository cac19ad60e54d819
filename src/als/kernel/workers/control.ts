import type { Block, KernelMemory } from '../memory.ts';
import type { KernelExports } from '../wasm/exports.ts';

/** What threads do to rows: the functions of the module that take a job, a range of rows, scratch and an outcome. */
export const operations = ['solveRows', 'blockRows', 'productRows', 'transformRows', 'listRows'] as const;
export type Operation = (typeof operations)[number];

/** Rows that a thread claims at a time: a multiple of the four users who are listed together, far under 64. */
const claimed = 16;
/** A cache line for each thing that threads write. */
const line = 16;

/** Words of the control block. */
const epoch = 0;
const stopped = 1;
const open = line;
const operation = line + 1;
const job = line + 2;
const rows = line + 3;
const failed = line + 4;
const next = 2 * line;
const running = 3 * line;
/** Scratch and outcome of each thread. */
const seats = 4 * line;

export const maxThreads = 64;

/**
 * What the caller and its threads share: which job is on, how far it is claimed, who is at it. The caller writes a job,
 * opens it and rings; whoever comes counts itself in before it looks whether the job is open, so once the job is closed
 * and nobody is counted, nobody reads or writes any more.
 */
export class Control {
  readonly #words: Int32Array;

  constructor(memory: KernelMemory, { address }: Block) {
    this.#words = memory.int32(address, Control.bytes / 4);
  }

  static readonly bytes = 4 * (seats + 2 * maxThreads);
  /** The word that counts who is at work. */
  static readonly running = running;

  /** Where a thread works, and where it leaves what its rows came to. */
  seat(thread: number, scratch: number, outcome: number): void {
    this.#words[seats + 2 * thread] = scratch;
    this.#words[seats + 2 * thread + 1] = outcome;
  }

  open(what: { readonly operation: Operation; readonly job: number; readonly rows: number }): void {
    const words = this.#words;
    words[operation] = operations.indexOf(what.operation);
    words[job] = what.job;
    words[rows] = what.rows;
    Atomics.store(words, next, 0);
    Atomics.store(words, open, 1);
  }

  /** Wakes the threads that wait. */
  ring(): void {
    Atomics.add(this.#words, epoch, 1);
    Atomics.notify(this.#words, epoch);
  }

  /** Claims rows of the open job, and works on them, until none are left. */
  takePart(kernel: KernelExports, thread: number): void {
    const words = this.#words;
    Atomics.add(words, running, 1);
    try {
      if (Atomics.load(words, open) === 1) this.#work(kernel, thread);
    } catch (error) {
      Atomics.store(words, failed, 1);
      throw error;
    } finally {
      Atomics.sub(words, running, 1);
      Atomics.notify(words, running);
    }
  }

  /** Closes the job and waits until nobody is at it; answers whether all left in time and none of them failed. */
  close(patience_ms: number): boolean {
    const words = this.#words;
    Atomics.store(words, open, 0);
    for (;;) {
      const count = Atomics.load(words, running);
      if (count === 0) return Atomics.load(words, failed) === 0;
      if (Atomics.wait(words, running, count, patience_ms) === 'timed-out') return false;
    }
  }

  /** Lets the threads end. */
  stop(): void {
    Atomics.store(this.#words, stopped, 1);
    this.ring();
  }

  /** Waits until it rings again after `heard`; answers what to wait for next, undefined if the thread is to end. */
  waitForRing(heard: number): number | undefined {
    Atomics.wait(this.#words, epoch, heard);
    return Atomics.load(this.#words, stopped) === 1 ? undefined : Atomics.load(this.#words, epoch);
  }

  #work(kernel: KernelExports, thread: number): void {
    const words = this.#words;
    const run = kernel[operations[words[operation] ?? 0] ?? 'solveRows'];
    const [given = 0, count = 0] = [words[job], words[rows]];
    const [scratch = 0, outcome = 0] = [words[seats + 2 * thread], words[seats + 2 * thread + 1]];
    for (;;) {
      const first = Atomics.add(words, next, claimed);
      if (first >= count) return;
      run(given, first, Math.min(first + claimed, count), scratch, outcome);
    }
  }
}
