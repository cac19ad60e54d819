/** An asynchronous lookup of readings, whose service a test plays. */
import { alarms, readings, type Alarm, type Reading } from '../../examples/hot-sensors.ts';
import type { Clock } from '../../src/engine/clock.ts';
import type { MapAsyncOptions } from '../../src/engine/operators/map-async.ts';
import { topology } from '../../src/engine/topology.ts';

export const looking = (options: MapAsyncOptions<Reading, Alarm>) =>
  topology('looking', task => {
    task.read(readings).pipe(task.mapAsync('lookup', options)).subscribe(task.write(alarms));
  });

export const reading = (sensor: string, at: number): Reading => ({ sensor, celsius: 1, at });

export const answered = ({ sensor, at }: Reading, text: string): Alarm => ({ sensor, text, at });

/** A clock whose limits are over when the test says so; waits take no time and are told. */
export class LimitingClock implements Clock {
  time = 0;
  readonly waits: number[] = [];
  readonly #limits: (() => void)[] = [];

  now(): number {
    return this.time;
  }

  async sleep(duration: number): Promise<void> {
    this.waits.push(duration);
    this.time += duration;
  }

  overdue(duration: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      this.#limits.push(() => {
        this.time += duration;
        resolve();
      });
      signal.addEventListener('abort', () => resolve());
    });
  }

  async turn(): Promise<void> {}

  /** The time of everything that is under way is over. */
  expire(): void {
    for (const over of this.#limits.splice(0)) over();
  }
}
