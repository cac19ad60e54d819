/** Builds the pipe of a task from its topology: at the start, and again after each failed epoch. */
import type { Stream } from '../stream/stream.ts';
import { BuildError } from './errors.ts';
import { Input, type ReadOptions } from './input.ts';
import { Output } from './output.ts';
import type { TaskRuntime } from './runtime.ts';
import type { Step } from './step.ts';
import { PipeTrail } from './trail.ts';

/** What a task has to know of the streams around it. */
export interface Surroundings {
  partitions(stream: string): number;
  /** Tasks that write the stream. */
  producers(stream: string): readonly string[];
  /** Tasks that have written the stream in former releases, and write it no more. */
  formerProducers(stream: string): readonly string[];
  /** Whether somebody waits for event time in the stream: a step that reads it, or one further down. */
  needsTime(stream: string): boolean;
}

type Constructor<S> = abstract new (...args: never[]) => S;

export class Build {
  readonly task: TaskRuntime;
  readonly trail = new PipeTrail();
  readonly #checks: (() => void)[] = [];
  readonly #surroundings: Surroundings;
  readonly #built = new Set<string>();
  /** How each stream is read by this build: each build makes its watermarks anew. */
  readonly #read = new Map<string, ReadOptions<never>>();

  constructor(task: TaskRuntime, surroundings: Surroundings) {
    this.task = task;
    this.#surroundings = surroundings;
  }

  input<T>(stream: Stream<T>, options: ReadOptions<T>): Input<T> {
    const { inputs } = this.task;
    const known = inputs.get(stream.name);
    const before = this.#read.get(stream.name) ?? options;
    this.#read.set(stream.name, before);
    if (known === undefined) {
      const around = this.#surroundings;
      const input = new Input(stream, options, around.producers(stream.name), around.formerProducers(stream.name));
      inputs.set(stream.name, input);
      return input;
    }
    if (known.stream !== stream) throw this.#error(`two streams are called '${stream.name}'`, 'Define it once');
    if (!sameOptions(known.options, options) || before.watermark !== options.watermark) {
      throw this.#error(`'${stream.name}' is read twice with different options`, 'Read it once and share() it');
    }
    // oxlint-disable-next-line typescript/consistent-type-assertions -- the very same stream, so the same type of values
    return known as Input<T>;
  }

  partitions(stream: string): number {
    return this.#surroundings.partitions(stream);
  }

  output(stream: Stream<unknown>): Output {
    const { outputs } = this.task;
    const known = outputs.get(stream.name);
    if (known !== undefined) return known;
    const around = this.#surroundings;
    const output = new Output(stream, around.partitions(stream.name), around.needsTime(stream.name));
    outputs.set(stream.name, output);
    return output;
  }

  /** What can be judged only when everything is wired; it throws what is wrong. */
  whenWired(check: () => void): void {
    this.#checks.push(check);
  }

  wired(): void {
    for (const check of this.#checks) check();
  }

  /** The step of that name: made at the first build, found again at each later one. */
  step<S extends Step>(name: string, make: () => S, type: Constructor<S>): S {
    if (this.#built.has(name)) {
      throw this.#error(
        `the step '${name}' is subscribed twice`,
        'Name each step once, and share() what several pipes read',
      );
    }
    this.#built.add(name);
    const known = this.task.steps.get(name);
    if (known instanceof type) return known;
    if (known !== undefined) throw this.#error(`the step '${name}' changed its kind`, 'Give the new step a new name');
    const step = make();
    this.task.steps.set(name, step);
    return step;
  }

  #error(what: string, remedy: string): BuildError {
    return new BuildError(`Topology '${this.task.topology}': ${what}`, remedy);
  }
}

const sameOptions = (a: ReadOptions<never>, b: ReadOptions<never>): boolean =>
  a.all === b.all &&
  a.upTo === b.upTo &&
  a.invalid === b.invalid &&
  a.idleAfter === b.idleAfter &&
  a.maxSkew === b.maxSkew &&
  a.watermark?.kind === b.watermark?.kind &&
  a.watermark?.lateness === b.watermark?.lateness;
