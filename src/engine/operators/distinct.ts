import type { Observer, OperatorFunction } from 'rxjs';
import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import { checkedKey } from '../key.ts';
import { refuseUnknown } from '../options.ts';
import { checkedBound, type MemoryBound } from '../state/recent.ts';
import { KnownObserver } from './guard.ts';
import { SeenInMemory } from './seen-in-memory.ts';
import { SeenOnDisk } from './seen-on-disk.ts';
import { stage } from './stage.ts';

/** What makes two values the same, and for how long that is remembered. */
export interface DistinctOptions<T> {
  readonly by: (value: T) => string;
  /** Event time after a value during which a repetition of it is dropped. */
  readonly horizon: Millis;
  /**
   * Takes values that came longer ago than the horizon, since nobody can tell any more whether they are repetitions;
   * where absent they pass.
   */
  readonly late?: Observer<T>;
  /** Keys that are remembered; beyond, the oldest 24th of the horizon is forgotten early. No bound where absent. */
  readonly atMost?: number;
  /**
   * How many of the keys are held in memory; all are on the disk of the worker, where each new one is looked for. Absent:
   * all are held. It can be changed from release to release, and bounds memory without forgetting: not with `atMost`.
   */
  readonly memory?: MemoryBound;
}

/** Drops repetitions within a horizon of event time; see `Task.distinct`. */
export function distinct<T>(build: Build, name: string, options: DistinctOptions<T>): OperatorFunction<T, T> {
  refuseUnknown(options, ['by', 'horizon', 'late', 'atMost', 'memory'], `the options of '${name}'`);
  const { by, horizon, late, atMost = Infinity } = options;
  const memory = options.memory && checkedBound(name, options.memory);
  if (!(horizon > 0) || (atMost !== Infinity && !(Number.isInteger(atMost) && atMost > 0)))
    throw new BuildError(`'${name}' has a horizon of ${horizon} and ${atMost} keys`, 'Give more than nothing of both');
  if (memory !== undefined && atMost !== Infinity)
    throw new BuildError(
      `'${name}' is to forget beyond ${atMost} keys, and to leave keys on disk`,
      'Give `atMost` or `memory`: the one forgets early, the other need not',
    );
  const { task } = build;
  return stage<T, T>(build, name, out => {
    const seen =
      memory === undefined
        ? build.step(name, () => new SeenInMemory(horizon, atMost), SeenInMemory)
        : build.step(name, () => new SeenOnDisk(task, horizon, memory), SeenOnDisk);
    if (late instanceof KnownObserver) build.trail.into(late.node, () => build.trail.link(`step:${name}`));
    return value => {
      const { time } = task.cursor;
      const found = seen.add(checkedKey(`The key of '${name}'`, by(value)), time, task.eventTime.watermark);
      if (found === 'known') return;
      if (found === 'late' && late !== undefined) return late.next(value);
      task.eventTime.wake(seen.nextTimer);
      out.next(value);
    };
  });
}
