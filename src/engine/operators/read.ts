import type { Observable } from 'rxjs';
import type { Stream } from '../../stream/stream.ts';
import type { Build } from '../build.ts';
import type { ReadOptions } from '../input.ts';
import { TaskObservable } from './guard.ts';

/** The values of a stream, pushed inside epochs; see `Task.read`. */
export function read<T>(build: Build, stream: Stream<T>, options: ReadOptions): Observable<T> {
  const input = build.input(stream, options);
  return new TaskObservable<T>(build.trail, subscriber => {
    build.trail.link(`stream:${stream.name}`);
    input.subscribers.push(subscriber);
    return () => build.task.pipeClosed(stream.name);
  });
}
