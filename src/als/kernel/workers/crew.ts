import { Worker } from 'node:worker_threads';
import { KernelThreadLost } from '../../errors.ts';
import type { Block, KernelMemory } from '../memory.ts';
import type { KernelExports } from '../wasm/exports.ts';
import { Control, maxThreads, type Operation } from './control.ts';
import type { Seat } from './seat.ts';
import type { WasmModule } from '../web-assembly.ts';

export interface Work {
  readonly operation: Operation;
  /** Address of the job. */
  readonly job: number;
  readonly rows: number;
  /** Bytes that each thread needs to work in. */
  readonly scratch: number;
}

/** What all rows came to. */
export interface WorkDone {
  readonly saturations: number;
  /** The first row that failed and the code of its failure. */
  readonly failed?: { readonly row: number; readonly code: number };
  /** The greatest absolute sum of a product. */
  readonly greatest: number;
}

/** How long the caller, done itself, waits for the last rows of the others. */
const patience_ms = 60_000;
const outcomeBytes = 64;
const noRow = 0x7fffffff;

/**
 * The caller and its threads. All take part in each job and leave it together; the threads sleep in between, end with
 * `dispose`, and keep no process alive. Only for threads that may block: the caller waits by `Atomics.wait`.
 */
export class Crew implements Disposable {
  readonly threads: number;
  readonly #memory: KernelMemory;
  readonly #kernel: KernelExports;
  readonly #control: Control;
  readonly #outcomes: Block;
  readonly #patience_ms: number;
  #scratch: Block[] = [];
  #lost: string | undefined;

  constructor(
    memory: KernelMemory,
    module: WasmModule,
    kernel: KernelExports,
    crew: { readonly threads: number; readonly patience_ms?: number },
  ) {
    if (!Number.isInteger(crew.threads) || crew.threads < 1 || crew.threads > maxThreads)
      throw new RangeError(`A kernel cannot have ${crew.threads} threads. Give 1 to ${maxThreads}`);
    this.threads = crew.threads;
    this.#memory = memory;
    this.#kernel = kernel;
    this.#patience_ms = crew.patience_ms ?? patience_ms;
    const control = memory.allocate(Control.bytes);
    this.#control = new Control(memory, control);
    this.#outcomes = memory.allocate(this.threads * outcomeBytes);
    for (let thread = 1; thread < this.threads; thread++)
      this.#start({ module, memory: memory.memory, control, thread });
  }

  /** Works on all rows of a job; their order and who does which change nothing. @throws {KernelThreadLost} */
  run({ operation, job, rows, scratch }: Work): WorkDone {
    this.#seat(scratch);
    this.#control.open({ operation, job, rows });
    if (this.threads > 1) this.#control.ring();
    this.#control.takePart(this.#kernel, 0);
    if (!this.#control.close(this.#patience_ms))
      this.#lost = `A thread of the kernel failed, or did not finish its rows within ${this.#patience_ms} ms`;
    if (this.#lost !== undefined) throw new KernelThreadLost(this.#lost);
    return this.#done();
  }

  [Symbol.dispose](): void {
    this.#control.stop();
  }

  #start(seat: Seat): void {
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    const worker = new Worker(new URL(file, import.meta.url), { workerData: seat });
    worker.unref();
    worker.on('error', error => {
      this.#lost = `Thread ${seat.thread} of the kernel failed: ${String(error)}`;
    });
  }

  /** Gives each thread room to work, and an outcome without any row. */
  #seat(bytes: number): void {
    if ((this.#scratch[0]?.bytes ?? 0) < bytes) {
      for (const block of this.#scratch) this.#memory.free(block);
      this.#scratch = Array.from({ length: this.threads }, () => this.#memory.allocate(bytes));
    }
    for (const [thread, { address }] of this.#scratch.entries()) {
      const outcome = this.#outcomes.address + thread * outcomeBytes;
      this.#memory.bytes(outcome, outcomeBytes).fill(0);
      this.#memory.int32(outcome, 3)[1] = noRow;
      this.#control.seat(thread, address, outcome);
    }
  }

  #done(): WorkDone {
    const outcomes = Array.from({ length: this.threads }, (_, thread) => {
      const address = this.#outcomes.address + thread * outcomeBytes;
      const [saturations = 0, row = noRow, code = 0] = this.#memory.int32(address, 3);
      return { saturations, row, code, greatest: this.#memory.float64(address + 16, 1)[0] ?? 0 };
    });
    const first = outcomes.reduce((least, outcome) => (outcome.row < least.row ? outcome : least));
    return {
      saturations: outcomes.reduce((sum, { saturations }) => sum + saturations, 0),
      ...(first.row === noRow ? {} : { failed: { row: first.row, code: first.code } }),
      greatest: outcomes.reduce((most, { greatest }) => Math.max(most, greatest), 0),
    };
  }
}
