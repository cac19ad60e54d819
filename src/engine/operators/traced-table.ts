import type { TaskRuntime } from '../runtime.ts';
import type { KeyedValues } from '../state/keyed-values.ts';
import type { Table } from './table.ts';

/** A table that knows, until the next epoch, which trace each key was set by: as many as have one, so mostly none. */
export class TracedTable<T> implements Table<T> {
  readonly #task: Pick<TaskRuntime, 'epoch' | 'cursor'>;
  readonly #values: KeyedValues<T>;
  readonly #traces = new Map<string, string>();
  #epoch = -1;

  constructor(task: Pick<TaskRuntime, 'epoch' | 'cursor'>, values: KeyedValues<T>) {
    this.#task = task;
    this.#values = values;
  }

  set(key: string, value: T): void {
    this.#values.set(key, value);
    const { epoch, cursor } = this.#task;
    if (this.#traces.size > 0 && this.#epoch !== epoch) this.#traces.clear();
    this.#epoch = epoch;
    if (cursor.trace !== '') this.#traces.set(key, cursor.trace);
    else if (this.#traces.size > 0) this.#traces.delete(key);
  }

  traceOf(key: string): string {
    return this.#epoch === this.#task.epoch ? (this.#traces.get(key) ?? '') : '';
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  touched(): readonly string[] {
    return this.#values.touched();
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  get size(): number {
    return this.#values.size;
  }
}
