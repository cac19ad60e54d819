import type { Observable } from 'rxjs';
import type { Cut } from '../../stream/cut.ts';
import type { Stream } from '../../stream/stream.ts';
import type { Build } from '../build.ts';
import type { TaskRuntime } from '../runtime.ts';
import { placesOf } from '../spans.ts';
import { TaskObservable } from './guard.ts';

/** Ticks at the end of each epoch that wrote to one of the streams; see `Task.cuts`. */
export function cuts(build: Build, streams: readonly Stream<unknown>[]): Observable<Cut> {
  const { task, trail } = build;
  const names = streams.map(({ name }) => name);
  for (const stream of streams) {
    build.output(stream);
    task.cutStreams.add(stream.name);
  }
  return new TaskObservable<Cut>(trail, subscriber => {
    trail.link(`cuts:${names.join('+')}`);
    task.ticks.push(() => {
      const wrote = names.flatMap(name => writtenTo(task, name));
      if (wrote.length > 0) subscriber.next(cutOf(task, wrote));
    });
    return () => task.pipeClosed('cuts');
  });
}

const cutOf = (task: TaskRuntime, wrote: Cut['wrote']): Cut => ({
  producer: task.id,
  lineage: task.lineage,
  epoch: task.epoch,
  read: placesOf(task).map(({ input, position: { partition, offset } }) => ({
    stream: input.stream.name,
    partition,
    end: offset,
  })),
  wrote,
});

/** The sequences that the open epoch has given out, by partition. */
function writtenTo(task: TaskRuntime, name: string): Cut['wrote'] {
  const output = task.outputs.get(name);
  if (output === undefined) return [];
  return output.positions.flatMap((_, partition) => {
    const { first, next } = output.written(partition);
    const notBefore = task.plan?.notBefore[`${name}/${partition}`] ?? 0;
    return next > first ? [{ stream: name, partition, notBefore, first, next }] : [];
  });
}
