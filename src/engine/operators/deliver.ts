import type { Observer } from 'rxjs';
import type { Build } from '../build.ts';
import type { BatchSink } from '../deliveries.ts';
import { BuildError } from '../errors.ts';
import { sink } from './sink.ts';

/** A sink of your own; see `Task.deliver`. */
export function deliver<T>(build: Build, name: string, to: BatchSink<T>): Observer<T> {
  const { task } = build;
  const add = task.deliveries.register(name, to);
  if (add === undefined) {
    throw new BuildError(
      `Topology '${task.topology}' has two sinks that are called '${name}'`,
      'Name each by itself, or merge what goes to one',
    );
  }
  return sink<T>(
    task,
    name,
    value => {
      add(value);
      task.counts.published++;
    },
    `outside:${name}`,
  );
}
