import type { Observer, OperatorFunction } from 'rxjs';
import { days, seconds, type Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import { checkedKey } from '../key.ts';
import { refuseUnknown } from '../options.ts';
import { json, type StateCodec } from '../state/codec.ts';
import { KnownObserver } from './guard.ts';
import { RateLimitStep } from './rate-limit-step.ts';
import { stage } from './stage.ts';

/** How many values go on, and what becomes of the others. */
export interface RateLimitOptions<T> {
  /** Values in each `per`. */
  readonly limit: number;
  /** A second where absent; of the journalled clock, not of event time. */
  readonly per?: Millis;
  /** Values that may go on at once after a rest; `limit` where absent. */
  readonly burst?: number;
  /** Each key has a limit of its own; all values share one where absent. */
  readonly by?: (value: T) => string;
  /** Takes the values over the limit at once. Where absent they wait their turn, in the state of the task. */
  readonly over?: Observer<T>;
  /** Values that wait from which on nothing more is read; 1,000 where absent. Those of the epoch under way come on top. */
  readonly atMost?: number;
  /** How waiting values are stored; plain JSON where absent. */
  readonly codec?: StateCodec<T>;
}

const known = ['limit', 'per', 'burst', 'by'];

/** Lets so many values go on in a time; see `Task.rateLimit`. */
export function rateLimit<T>(build: Build, name: string, options: RateLimitOptions<T>): OperatorFunction<T, T> {
  const { limit, per = seconds(1), burst = limit, over, atMost = 1_000 } = options;
  const by = options.by ?? (() => 'all');
  refuseUnknown(
    options,
    over === undefined ? [...known, 'atMost', 'codec'] : [...known, 'over'],
    `the options of '${name}'`,
  );
  whole(name, 'limit', limit, 1_000_000);
  whole(name, 'per', per, days(1));
  whole(name, 'burst', burst, 1_000_000);
  whole(name, 'atMost', atMost, 100_000);
  const spec = {
    rate: { interval: per / limit, burst },
    holds: over === undefined,
    atMost,
    codec: options.codec ?? json<T>(),
  };
  return stage<T, T>(build, name, out => {
    const step = build.step(name, () => new RateLimitStep<T>(build.task, spec), RateLimitStep<T>);
    if (over instanceof KnownObserver) build.trail.into(over.node, () => build.trail.link(`step:${name}`));
    step.emit = value => out.next(value);
    return value => {
      const key = checkedKey(`The key of '${name}'`, by(value));
      if (step.admits(key)) out.next(value);
      else if (over === undefined) step.holdBack(key, value);
      else over.next(value);
    };
  });
}

function whole(name: string, what: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new BuildError(`'${what}' of '${name}' is ${value}`, `Give a whole number from 1 to ${most}`);
}
