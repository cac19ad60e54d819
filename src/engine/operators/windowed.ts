import type { Observer, OperatorFunction } from 'rxjs';
import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import { checkedKey } from '../key.ts';
import { json, type StateCodec } from '../state/codec.ts';
import { checked, describeWindows, type Windows } from '../windows/spec.ts';
import type { Fold, RetractableFold, Windowed } from '../windows/store.ts';
import { KnownObserver } from './guard.ts';
import { late as lateSink } from './late.ts';
import { stage } from './stage.ts';
import { type Emission, WindowStep } from './window-step.ts';

/** What is computed in windows of event time, and when it is told. */
export interface WindowedOptions<T, A> {
  readonly by: (value: T) => string;
  readonly fold: Fold<T, A>;
  /**
   * `close`: once per window and key, when event time passes end and grace. `update`: at the end of each epoch that
   * changed it, and what was not told by then when it closes; the last result is the final one. `{ every }`: the same, but
   * as often as event time passes a multiple of `every` milliseconds, wherever epochs end.
   */
  readonly emit: Emission;
  /** With `update`: by the clock of the plans, updates come in one epoch per `throttle` at most; 0 where absent. */
  readonly throttle?: Millis;
  /** Takes the values of which all windows have closed; `task.late()` where absent. */
  readonly late?: Observer<T>;
  /** How accumulators are stored; plain JSON where absent. */
  readonly codec?: StateCodec<A>;
}

/** The same of values of which some take back another, as a return does an order or an update the value before it. */
export interface RetractingOptions<T, A> extends WindowedOptions<T, A> {
  readonly fold: RetractableFold<T, A>;
  /** Whether the value takes one back, which may come later still: one of the same key, in a window of the same event time. */
  readonly takesBack: (value: T) => boolean;
}

/** A fold in windows of event time; see `Task.windowed`. */
export function windowed<T, A>(
  build: Build,
  name: string,
  windows: Windows,
  options: WindowedOptions<T, A> | RetractingOptions<T, A>,
): OperatorFunction<T, Windowed<A>> {
  checkOptions(name, options);
  const fold = foldOf(options);
  const { by, emit, throttle = 0, codec = json<A>() } = options;
  const { task, trail } = build;
  return stage<T, Windowed<A>>(build, name, out => {
    const make = (): WindowStep<T, A> =>
      new WindowStep({
        task,
        windows: checked(windows),
        fold,
        emit,
        throttle,
        codec,
        identity: describeWindows(windows),
      });
    const step = build.step(name, make, WindowStep<T, A>);
    step.emit = window => out.next(window);
    const late = options.late ?? lateSink(build);
    if (late instanceof KnownObserver) trail.into(late.node, () => trail.link(`step:${name}`));
    return value => {
      if (!step.add(checkedKey(`The key of '${name}'`, by(value)), value)) late.next(value);
    };
  });
}

function foldOf<T, A>(options: WindowedOptions<T, A> | RetractingOptions<T, A>): Fold<T, A> {
  if (!('takesBack' in options)) return options.fold;
  const { fold, takesBack } = options;
  return {
    initial: () => fold.initial(),
    add: (into, value) => (takesBack(value) ? fold.retract(into, value) : fold.add(into, value)),
    merge: (a, b) => fold.merge(a, b),
  };
}

function checkOptions<T, A>(name: string, { emit, throttle = 0, late }: WindowedOptions<T, A>): void {
  if (!Number.isFinite(throttle) || throttle < 0) {
    throw new BuildError(`'${name}' cannot be throttled to ${throttle} ms`, 'Give a duration of 0 or more');
  }
  if (typeof emit !== 'string' && !(Number.isInteger(emit.every) && emit.every > 0)) {
    throw new BuildError(`'${name}' cannot emit every ${emit.every} ms`, 'Give whole milliseconds of 1 or more');
  }
  if (emit !== 'update' && throttle > 0) {
    const when = emit === 'close' ? 'on close' : 'periodically';
    throw new BuildError(`'${name}' emits ${when} and is throttled`, "Throttle only what emits on 'update'");
  }
  if (late === undefined || late instanceof KnownObserver) return;
  throw new BuildError(
    `The late values of '${name}' end in an observer of its own, whose failures no epoch would notice`,
    'Give one of the sinks of the task: task.late(), task.write',
  );
}
