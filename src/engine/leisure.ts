import type { Clock } from './clock.ts';
import { Interrupted } from './retry.ts';

/** What work within an epoch may know that takes long: when it has to stop, and how to let others have their turn. */
export class Leisure {
  /** Aborts when the task is told to stop. */
  readonly signal: AbortSignal;
  readonly turn: () => Promise<void>;

  constructor(clock: Pick<Clock, 'turn'>, signal: AbortSignal) {
    this.signal = signal;
    this.turn = () => clock.turn();
  }

  /** Whatever the work rejects with once it has to stop, it was interrupted. */
  async unlessStopped<R>(what: string, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      if (!this.signal.aborted) throw error;
      throw new Interrupted(`${what} was given up`, { cause: error });
    }
  }
}
