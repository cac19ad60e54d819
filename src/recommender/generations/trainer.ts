/** Trains generations in a thread of their own: one at a time, stopped by a signal, tried again where it dies. */
import { Worker } from 'node:worker_threads';
import type { TrainingInput } from '../../als/index.ts';
import type { Clock } from '../../engine/clock.ts';
import { MillraceError } from '../../errors.ts';
import type { Trained } from '../domain/training.ts';
import type { TrainerData, TrainerMessage } from './trainer-worker.ts';
import { buffersOf } from './transfer.ts';
import { outcomeOf } from './worker-outcome.ts';

/** The thread died more often than is chance, or was stopped. */
export class TrainingFailed extends MillraceError {
  readonly code = 'TRAINING_FAILED';
}

/** How often a training is begun before it is given up. */
const mostAttempts = 3;
/** How long it waits before it begins again: a machine without memory needs a moment. */
const restMs = 1_000;

export interface TrainerOptions {
  readonly threads: number;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Hears of deaths that it gets over. */
  readonly warn: (text: string) => void;
  /** For tests: another thread in place of ours. */
  readonly entry?: URL;
}

export class Trainer {
  readonly #options: TrainerOptions;
  /** Trainings that died, since the process began. */
  failures = 0;
  /** Of the training under way: sweeps done, of all. */
  progress: { readonly done: number; readonly of: number } | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: TrainerOptions) {
    this.#options = options;
  }

  /** Freezes at once, and trains when no other training is under way. @throws {TrainingFailed} */
  async train(freeze: () => TrainingInput, signal: AbortSignal): Promise<Trained> {
    const input = freeze();
    const turn = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    try {
      await turn;
      return await this.#attempts(input, freeze, signal);
    } finally {
      this.progress = undefined;
      resolve();
    }
  }

  async #attempts(first: TrainingInput, freeze: () => TrainingInput, signal: AbortSignal): Promise<Trained> {
    for (let attempt = 1, input = first; ; attempt++, input = freeze()) {
      try {
        return await this.#attempt(input, signal);
      } catch (error) {
        if (signal.aborted || attempt >= mostAttempts) throw failedFor(error, signal, attempt);
        this.failures++;
        this.#options.warn(`a training died and is begun again: ${String(error)}`);
        await this.#options.clock.sleep(restMs, signal);
      }
    }
  }

  async #attempt(input: TrainingInput, signal: AbortSignal): Promise<Trained> {
    signal.throwIfAborted();
    const { threads, entry = ours } = this.#options;
    const workerData: TrainerData = { input, threads };
    const worker = new Worker(entry, { workerData, transferList: buffersOf(input) });
    return outcomeOf<Trained>(worker, signal, resolve => {
      worker.on('message', (message: TrainerMessage) => {
        if (message.type === 'trained') resolve(message.trained);
        else this.progress = message;
      });
    });
  }
}

const ours = new URL(import.meta.url.endsWith('.ts') ? './trainer-worker.ts' : './trainer-worker.js', import.meta.url);

const failedFor = (error: unknown, signal: AbortSignal, attempts: number): TrainingFailed =>
  signal.aborted
    ? new TrainingFailed('A training was stopped', 'It is begun again by whoever runs `train` next', { cause: error })
    : new TrainingFailed(
        `A training died ${attempts} times, the last time of ${error instanceof Error ? error.message : String(error)}`,
        'The live model goes on; see whether the machine has the memory for another one beside it',
        { cause: error },
      );
