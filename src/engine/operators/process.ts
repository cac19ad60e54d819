import type { OperatorFunction } from 'rxjs';
import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import { checkedKey } from '../key.ts';
import { refuseUnknown } from '../options.ts';
import type { StateKind } from '../state/kinds/kind.ts';
import { checkedBound, type MemoryBound } from '../state/recent.ts';
import type { FiredTimer, Timers } from '../timers/timers.ts';
import { ProcessStep } from './process-step.ts';
import { stage } from './stage.ts';
import { streamKey } from './stream-key.ts';

/** The states of a step by name. The names are the identity of what is kept across releases. */
export type States = Readonly<Record<string, StateKind<unknown>>>;

/** What the callbacks see of declared states: each for the key of the call. */
export type StatesOfKey<K extends States> = { readonly [N in keyof K]: K[N] extends StateKind<infer H> ? H : never };

/** What a callback is told beside the value. Only good while the callback runs. */
export interface ProcessContext<K extends States> {
  readonly key: string;
  /** Event time of the value, or of the timer. */
  readonly time: Millis;
  readonly state: StatesOfKey<K>;
  /** Those of the key; see `onTimer`. */
  readonly timers: Timers;
}

/** Values by key, state of any kind for each key, and what a value or a timer does to it. */
export interface ProcessOptions<T, R, K extends States> {
  /** The key; that of the stream where absent. */
  readonly by?: (value: T) => string;
  readonly state?: K;
  /**
   * How much of the states is held in memory, each by itself; the rest stays on the disk of the worker. Absent: all of
   * it. It can be changed from release to release.
   */
  readonly memory?: MemoryBound;
  /** What to emit, at the time of the value. Deterministic: no clock, no chance, no I/O. */
  readonly on: (value: T, context: ProcessContext<K>) => readonly R[] | void;
  /**
   * What to emit for a timer, at the time that it was set for; for one by the clock at the event time of the task.
   * Deterministic. What it throws stops the task, unless the timer was set for a time that had passed: then the record that
   * set it is at fault. Windows, joins and other timers cannot follow in the same topology, since it comes after its time.
   */
  readonly onTimer?: (timer: FiredTimer, context: ProcessContext<K>) => readonly R[] | void;
  /** Timers that a key may have at a time; 100. */
  readonly timersPerKey?: number;
}

const known = ['by', 'state', 'memory', 'on', 'onTimer', 'timersPerKey'];
const defaultTimersPerKey = 100;

/** The general step by key; see `Task.process`. */
export function process<T, R, K extends States>(
  build: Build,
  name: string,
  options: ProcessOptions<T, R, K>,
): OperatorFunction<T, R> {
  refuseUnknown(options, known, `the options of '${name}'`);
  const { by, on, onTimer, timersPerKey = defaultTimersPerKey } = options;
  const withTimers = onTimer !== undefined;
  const memory = options.memory && checkedBound(name, options.memory);
  refuseNoCount(name, timersPerKey);
  const states = checkedStates(name, options.state);
  const keyOf = by === undefined ? streamKey(build, name) : (value: T) => checkedKey(`The key of '${name}'`, by(value));
  return stage<T, R>(build, name, out => {
    const step = build.step(
      name,
      () =>
        new ProcessStep<K>({
          task: build.task,
          states,
          memory,
          keyedByStream: by === undefined,
          name,
          withTimers,
          timersPerKey,
        }),
      ProcessStep<K>,
    );
    const emit = (results: readonly R[] | void): void => {
      if (results !== undefined) for (const result of results) out.next(result);
    };
    step.onTimer = onTimer && ((timer, context) => emit(onTimer(timer, context)));
    return value => {
      emit(on(value, step.enter(keyOf(value))));
      step.leave();
    };
  });
}

/** The names stand before a bar in front of what is kept: they have none, and are no word of the engine's. */
function checkedStates<K extends States>(name: string, states: K | undefined): K {
  for (const state of Object.keys(states ?? {})) {
    if (!/^[a-z][A-Za-z0-9-]{0,63}$/.test(state))
      throw new BuildError(
        `'${state}' cannot name a state of '${name}'`,
        'Use up to 64 letters, digits and dashes, a lower-case letter first',
      );
  }
  // oxlint-disable-next-line typescript/consistent-type-assertions -- where no states are declared K has no names
  return states ?? ({} as K);
}

function refuseNoCount(name: string, timersPerKey: number): void {
  if (Number.isInteger(timersPerKey) && timersPerKey >= 1) return;
  throw new BuildError(`'${name}' is to have ${timersPerKey} timers for each key`, 'Give a whole number, 1 or more');
}
