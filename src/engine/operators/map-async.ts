import type { OperatorFunction } from 'rxjs';
import type { Build } from '../build.ts';
import type { Place } from '../cursor.ts';
import { BaseStep } from '../step.ts';
import { stage } from './stage.ts';

/** Work that waits for something outside. */
export interface MapAsyncOptions<T, R> {
  /** Called for each value of an epoch. A rejection makes its record a dead letter; it retries by itself what it can. */
  readonly work: (value: T) => Promise<R>;
  /** How many run at the same time; 16 where absent. */
  readonly concurrency?: number;
  /** How results are journalled; plain JSON where absent. */
  readonly codec?: ResultCodec<R>;
}

export interface ResultCodec<R> {
  encode(result: R): string;
  decode(text: string): R;
}

/** Asynchronous work by value, results in the order of the values; see `Task.mapAsync`. */
export function mapAsync<T, R>(build: Build, name: string, options: MapAsyncOptions<T, R>): OperatorFunction<T, R> {
  const { work, concurrency = 16, codec = asJson<R>() } = options;
  const { task } = build;
  return stage<T, R>(build, name, out => {
    const waiting = build.step(name, () => new Waiting<T>(), Waiting<T>);
    const finish = async ({ value, place }: Waited<T>): Promise<Outcome> => {
      try {
        return { result: codec.encode(await work(value)) };
      } catch (error) {
        return { failure: task.failureAt(place, error) };
      }
    };
    const emit = (results: readonly string[]): void =>
      waiting.take().forEach(({ place }, index) => {
        const result = results[index];
        if (result !== undefined) task.cursor.within(place, () => out.next(codec.decode(result)));
      });
    task.drains.push({
      name,
      results: async () => resultsOf(await inParallel(waiting.values, concurrency, finish)),
      emit,
    });
    return value => waiting.add({ value, place: task.cursor.place() });
  });
}

interface Waited<T> {
  readonly value: T;
  readonly place: Place;
}

type Outcome = { readonly result: string } | { readonly failure: Error };

/** Values of the open epoch whose work is not done. They never outlive it. */
class Waiting<T> extends BaseStep {
  readonly kind = 'async';
  values: Waited<T>[] = [];

  add(value: Waited<T>): void {
    this.values.push(value);
  }

  take(): Waited<T>[] {
    const { values } = this;
    this.values = [];
    return values;
  }

  override undo(): void {
    this.values = [];
  }
}

/** Plain JSON, for what the journal keeps. */
export const asJson = <R>(): ResultCodec<R> => ({
  encode: result => JSON.stringify(result),
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the journal returns what the same step has written
  decode: text => JSON.parse(text) as R,
});

/** Outcomes in the order of the values, at most `concurrency` under way. One worker takes the next value when it is free. */
async function inParallel<T>(
  values: readonly T[],
  concurrency: number,
  work: (value: T) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const queue = values.entries();
  const worker = async (): Promise<void> => {
    for (const [index, value] of queue) outcomes[index] = await work(value);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, values.length) }, worker));
  return outcomes;
}

/** All results, or the failure of the first value that has one, whichever came first in time. */
function resultsOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.map(outcome => {
    if ('failure' in outcome) throw outcome.failure;
    return outcome.result;
  });
}
