/** The source of signals that every learner has: its configuration, where the state was told another one last. */
import type { GenerationSignal } from './generation-signals.ts';
import { type LearnerSettings, textOf } from './learner-settings.ts';
import type { Learner } from './learner.ts';

/** Signals as the engine asks for them. */
export interface Signalling {
  ready(most: number): readonly GenerationSignal[];
  taken(signal: GenerationSignal): void;
  wait(signal: AbortSignal): Promise<void>;
}

/** Tells the configuration alone and first: everything else is decided by who knows it. */
export class Configured implements Signalling {
  readonly #settings: LearnerSettings;
  readonly #text: string;
  readonly #learner: Pick<Learner, 'control'>;
  readonly #others: Signalling | undefined;

  constructor(settings: LearnerSettings, learner: Pick<Learner, 'control'>, others?: Signalling) {
    this.#settings = settings;
    this.#text = textOf(settings);
    this.#learner = learner;
    this.#others = others;
  }

  ready(most: number): readonly GenerationSignal[] {
    if (this.#learner.control.configured !== this.#text) return [{ signal: 'configure', settings: this.#settings }];
    return this.#others?.ready(most) ?? [];
  }

  taken(signal: GenerationSignal): void {
    if (signal.signal !== 'configure') this.#others?.taken(signal);
  }

  /** What is configured is so from the start, and is found without a wait. */
  wait(signal: AbortSignal): Promise<void> {
    if (this.#others !== undefined) return this.#others.wait(signal);
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve());
    if (signal.aborted) resolve();
    return promise;
  }
}
