import type { Observable } from 'rxjs';
import type { Build } from '../build.ts';
import { BuildError, TaskStopped } from '../errors.ts';
import type { TaskRuntime } from '../runtime.ts';
import { BaseStep } from '../step.ts';
import { TaskObservable } from './guard.ts';
import { asJson, type ResultCodec } from './map-async.ts';

/** Where decisions come from that no log determines: an operator's command, a schedule, what was trained elsewhere. */
export interface SignalSource<S> {
  /**
   * What is ready, oldest first, at most so many; answers the same again until it is `taken`. Asked whenever an epoch is
   * planned, and only by the one worker that runs the task.
   */
  ready(most: number): readonly S[];
  /** An epoch with the value is in the checkpoint. After a crash also of a value that was ready in a former life. */
  taken(value: S): void;
  /** Resolves when something is ready, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
}

/** Where signals come from, and how they are kept; see `Task.signals`. */
export interface SignalOptions<S, P> {
  readonly source: SignalSource<S>;
  /**
   * What is pushed for a value: something large that it only names may be loaded here, for a plan that is executed again
   * too, and has to be the same then. `Unavailable` is tried again; any other rejection stops the task.
   */
  readonly prepare: (value: S, signal: AbortSignal) => Promise<P>;
  /** How values are journalled; plain JSON where absent. */
  readonly codec?: ResultCodec<S>;
}

/** Signals of an epoch; more wait for the next one. */
const mostSignals = 16;
/** A plan is a document of the journal: what is larger is named by a signal, not carried. */
const maxSignalLength = 65_536;

/** Decisions from outside, journalled before they count; see `Task.signals`. */
export function signals<S, P>(build: Build, name: string, options: SignalOptions<S, P>): Observable<P> {
  const { task } = build;
  const step = build.step(name, () => new SignalStep<S, P>(task, name, options), SignalStep<S, P>);
  task.signals.set(name, step);
  let applied = false;
  return new TaskObservable<P>(build.trail, subscriber => {
    if (applied) throw new BuildError(`The signals '${name}' are subscribed twice`, 'share() what several pipes read');
    applied = true;
    build.trail.link(`step:${name}`);
    step.emit = value => subscriber.next(value);
    return () => task.pipeClosed(name);
  });
}

/** As the steps of an epoch see it: encoded values in, prepared values out. */
export interface Signals {
  ready(): readonly string[];
  prepare(values: readonly string[], signal: AbortSignal): Promise<void>;
  push(): void;
  taken(values: readonly string[]): void;
  wait(signal: AbortSignal): Promise<void>;
}

class SignalStep<S, P> extends BaseStep implements Signals {
  readonly kind = 'signals';
  emit: (value: P) => void = () => {};
  readonly #task: TaskRuntime;
  readonly #name: string;
  readonly #options: SignalOptions<S, P>;
  readonly #codec: ResultCodec<S>;
  /** For the open epoch. */
  #prepared: readonly P[] = [];

  constructor(task: TaskRuntime, name: string, options: SignalOptions<S, P>) {
    super();
    this.#task = task;
    this.#name = name;
    this.#options = options;
    this.#codec = options.codec ?? asJson<S>();
  }

  /** At once, where something is ready: an idle task has an epoch for it. */
  override get due(): number {
    return this.#options.source.ready(1).length > 0 ? -Infinity : Infinity;
  }

  ready(): readonly string[] {
    return this.#options.source.ready(mostSignals).map(value => {
      const text = this.#codec.encode(value);
      if (text.length <= maxSignalLength) return text;
      throw new TaskStopped(
        `${this.#task.id}: a signal of '${this.#name}' takes ${text.length} characters of the plan, and ${maxSignalLength} are allowed`,
        'Put what is large where `prepare` can load it, and signal its name',
      );
    });
  }

  async prepare(values: readonly string[], signal: AbortSignal): Promise<void> {
    const prepared: P[] = [];
    for (const value of values) prepared.push(await this.#options.prepare(this.#codec.decode(value), signal));
    this.#prepared = prepared;
  }

  push(): void {
    const prepared = this.#prepared;
    this.#prepared = [];
    for (const value of prepared) this.emit(value);
  }

  taken(values: readonly string[]): void {
    for (const value of values) this.#options.source.taken(this.#codec.decode(value));
  }

  wait(signal: AbortSignal): Promise<void> {
    return this.#options.source.wait(signal);
  }

  override undo(): void {
    this.#prepared = [];
  }
}
