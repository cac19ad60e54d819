import type { Observer } from 'rxjs';
import type { Stream } from '../../stream/stream.ts';
import type { Build } from '../build.ts';
import { sink } from './sink.ts';

/** A sink into a stream; see `Task.write`. */
export function write<T>(build: Build, stream: Stream<T>): Observer<T> {
  build.output(stream);
  return sink<T>(build.task, stream.name, value => build.task.emit(stream, value), `stream:${stream.name}`);
}
