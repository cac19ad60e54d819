import { LeftBehind } from '../recovery-errors.ts';
import { type RunnerOptions, TaskRunner } from '../runner.ts';

/** Plans that a standby executes in one turn: less than a blink, so that the worker's own tasks never wait for long. */
const plansPerTurn = 8;

/** The state of a task that another worker runs, kept up by what its journal says was done. */
export class Standby {
  readonly #topology: string;
  readonly #partition: number;
  readonly #options: RunnerOptions;
  #runner: TaskRunner | undefined;

  constructor(topology: string, partition: number, options: RunnerOptions) {
    this.#topology = topology;
    this.#partition = partition;
    this.#options = options;
  }

  /** Goes on for a turn; answers whether there may be more. */
  async follow(signal: AbortSignal): Promise<boolean> {
    const runner = await this.#restored(signal);
    try {
      return await runner.follow(plansPerTurn, signal);
    } catch (error) {
      if (!(error instanceof LeftBehind)) throw error;
      // The owner's newest snapshots are past us: from there on.
      this.#runner = undefined;
      const again = await this.#restored(signal);
      if (again.task.epoch <= runner.task.epoch) throw error;
      return true;
    }
  }

  /** Takes the task over: only what the journal has beyond is executed. The standby is at its end. */
  async takeOver(signal: AbortSignal): Promise<TaskRunner> {
    return (await this.#restored(signal)).takeOver(signal);
  }

  async #restored(signal: AbortSignal): Promise<TaskRunner> {
    this.#runner ??= await TaskRunner.restored(this.#topology, this.#partition, this.#options, signal);
    return this.#runner;
  }
}
