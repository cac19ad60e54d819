import { map, type Observable, type OperatorFunction } from 'rxjs';
import type { Stream } from '../../stream/stream.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import type { TaskMeter } from '../meter.ts';
import type { ReadOptions } from '../input.ts';
import { refuseUnknown } from '../options.ts';
import { TaskObservable } from './guard.ts';

/** The values of a stream, pushed inside epochs; see `Task.read`. Throws `BuildError` for options that cannot be. */
export function read<T>(build: Build, stream: Stream<T>, options: ReadOptions<T>): Observable<T> {
  const where = `the options of reading '${stream.name}'`;
  refuseUnknown(options, ['all', 'upTo', 'invalid', 'watermark', 'idleAfter', 'maxSkew'], where);
  refuseNoDuration(where, 'idleAfter', options.idleAfter);
  refuseNoDuration(where, 'maxSkew', options.maxSkew);
  if (options.upTo !== undefined && (options.watermark ?? options.idleAfter ?? options.maxSkew) !== undefined) {
    throw new BuildError(
      `Among ${where} there are both a clock and a watermark, an idle time or a skew`,
      'What another stream clocks has no event time of its own: leave one of them off',
    );
  }
  if (options.maxSkew !== undefined && options.watermark?.kind === 'untimed') {
    throw new BuildError(`Among ${where} there is a skew, and no event time`, 'Leave one of them off');
  }
  const input = build.input(stream, options);
  const { task, trail } = build;
  const given = new TaskObservable<T>(trail, subscriber => {
    trail.link(`stream:${stream.name}`);
    input.subscribers.push(subscriber);
    return () => task.pipeClosed(stream.name);
  });
  return task.meter === undefined ? given : given.pipe(counted(task.meter, stream.name));
}

/** What a stream gives, counted; with each record it is decided whether it is timed. */
function counted<T>(meter: TaskMeter, stream: string): OperatorFunction<T, T> {
  const node = meter.of(`stream:${stream}`);
  return map(value => {
    node.out++;
    meter.record();
    return value;
  });
}

function refuseNoDuration(where: string, option: string, duration: number | undefined): void {
  if (duration === undefined || duration >= 0) return;
  throw new BuildError(
    `'${option}' among ${where} is ${duration}`,
    'Give a number of milliseconds, 0 or more, for instance `seconds(5)`, or Infinity',
  );
}
