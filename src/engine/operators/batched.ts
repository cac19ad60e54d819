import type { OperatorFunction } from 'rxjs';
import type { Build } from '../build.ts';
import { BaseStep } from '../step.ts';
import { stage } from './stage.ts';

class Batch<T> extends BaseStep {
  readonly kind = 'batched';
  values: T[] = [];
  emit: (values: readonly T[]) => void = () => {};

  override endEpoch(): void {
    const { values } = this;
    this.values = [];
    if (values.length > 0) this.emit(values);
  }

  override undo(): void {
    this.values = [];
  }
}

/** All values of an epoch at its end, the micro-batch; see `Task.batched`. */
export function batched<T>(build: Build, name: string): OperatorFunction<T, readonly T[]> {
  return stage<T, readonly T[]>(build, name, out => {
    const batch = build.step(name, () => new Batch<T>(), Batch<T>);
    batch.emit = values => out.next(values);
    return value => {
      batch.values.push(value);
    };
  });
}
