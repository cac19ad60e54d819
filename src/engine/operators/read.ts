import { type Observable, Subscriber } from 'rxjs';
import type { Stream } from '../../stream/stream.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import type { NodeMeter, TaskMeter } from '../meter.ts';
import type { ReadOptions } from '../input.ts';
import { refuseUnknown } from '../options.ts';
import { TaskObservable } from './guard.ts';

/** Counts what a stream gives, and has some of it timed. */
class MeteredSource<T> extends Subscriber<T> {
  readonly #meter: TaskMeter;
  readonly #node: NodeMeter;

  constructor(meter: TaskMeter, stream: string, to: Subscriber<T>) {
    super(to);
    this.#meter = meter;
    this.#node = meter.of(`stream:${stream}`);
  }

  protected override _next(value: T): void {
    this.#node.out++;
    this.#meter.record();
    super._next(value);
    this.#meter.isTiming = false;
  }
}

/** The values of a stream, pushed inside epochs; see `Task.read`. Throws `BuildError` for options that cannot be. */
export function read<T>(build: Build, stream: Stream<T>, options: ReadOptions<T>): Observable<T> {
  const where = `the options of reading '${stream.name}'`;
  refuseUnknown(options, ['all', 'upTo', 'invalid', 'watermark', 'idleAfter'], where);
  refuseNoDuration(where, 'idleAfter', options.idleAfter);
  if (options.upTo !== undefined && (options.watermark ?? options.idleAfter) !== undefined) {
    throw new BuildError(
      `Among ${where} there are both a clock and a watermark or an idle time`,
      'What another stream clocks has no event time of its own: leave one of them off',
    );
  }
  const input = build.input(stream, options);
  return new TaskObservable<T>(build.trail, subscriber => {
    build.trail.link(`stream:${stream.name}`);
    const { meter } = build.task;
    input.subscribers.push(meter === undefined ? subscriber : new MeteredSource(meter, stream.name, subscriber));
    return () => build.task.pipeClosed(stream.name);
  });
}

function refuseNoDuration(where: string, option: string, duration: number | undefined): void {
  if (duration === undefined || duration >= 0) return;
  throw new BuildError(
    `'${option}' among ${where} is ${duration}`,
    'Give a number of milliseconds, 0 or more, for instance `seconds(5)`, or Infinity',
  );
}
