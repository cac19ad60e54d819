import type { Observable, Observer, OperatorFunction } from 'rxjs';
import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import { checkedWindow, type JoinKind, type JoinWindow } from '../joins/spec.ts';
import type { Alone } from '../joins/window-join.ts';
import { json, type StateCodec } from '../state/codec.ts';
import { refuseUnknown } from '../options.ts';
import { takingFrom } from './join-keys.ts';
import { JoinStep } from './join-step.ts';
import { Inlet } from './stage.ts';
import { TaskObservable } from './guard.ts';

/** What one side of a join says of its own values. */
export interface JoinSide<T> {
  /** What two values of one key must have in common besides, to meet; where absent nothing. Both sides say it, or none. */
  readonly by?: (value: T) => string;
  /** Takes the values that come when the windows of all they could meet have closed; `task.late(name)` where absent. */
  readonly late?: Observer<T>;
  /** How values are kept; plain JSON where absent. */
  readonly codec?: StateCodec<T>;
}

interface Joining<L, R> {
  /** How far apart the event times of two values may be, both ends included: a right one this much before or after a left one. */
  readonly within: Millis | { readonly before: Millis; readonly after: Millis };
  /** How long a value still waits after the last event time that could meet it; 0 where absent. */
  readonly grace?: Millis;
  readonly left?: JoinSide<L>;
  readonly right?: JoinSide<R>;
}

/** Every two values that meet, at once when the second one comes. */
export interface InnerJoin<L, R, X> extends Joining<L, R> {
  readonly kind: 'inner';
  readonly result: (left: L, right: R) => X;
}

/** And, when its window closes, each left value that met none: once. */
export interface LeftJoin<L, R, X> extends Joining<L, R> {
  readonly kind: 'left';
  readonly result: (left: L, right: R | undefined) => X;
}

/** And each right value that met none. */
export interface OuterJoin<L, R, X> extends Joining<L, R> {
  readonly kind: 'outer';
  readonly result: (left: L | undefined, right: R | undefined) => X;
}

/** How two streams are joined, by its `kind`; see `Task.join`. */
export type JoinOptions<L, R, X> = InnerJoin<L, R, X> | LeftJoin<L, R, X> | OuterJoin<L, R, X>;

/** Joins two streams in a window of event time; see `Task.join`. */
export function join<L, R, X>(
  build: Build,
  name: string,
  right: Observable<R>,
  options: JoinOptions<L, R, X>,
): OperatorFunction<L, X> {
  checkOptions(name, options);
  const { kind, left: ofLeft = {}, right: ofRight = {} } = options;
  const { task, trail } = build;
  const make = (): JoinStep<L, R> =>
    new JoinStep({
      task,
      kind,
      window: checkedWindow(windowOf(options)),
      left: ofLeft.codec ?? json<L>(),
      right: ofRight.codec ?? json<R>(),
      keys: ofLeft.by === undefined ? 'keyed' : 'keyed by',
    });
  return source =>
    new TaskObservable<X>(trail, out => {
      trail.link(`step:${name}`);
      const step = build.step(name, make, JoinStep<L, R>);
      step.met = (one, other) => out.next(options.result(one, other));
      step.alone = whoIsAlone(options, result => out.next(result));
      const takeLeft = takingFrom(build, name, ofLeft, (key, value) => step.addLeft(key, value));
      const takeRight = takingFrom(build, name, ofRight, (key, value) => step.addRight(key, value));
      const both = source.subscribe(new Inlet(task, name, takeLeft, out));
      both.add(right.subscribe(new Inlet(task, name, takeRight, out)));
      return both;
    });
}

function whoIsAlone<L, R, X>(options: JoinOptions<L, R, X>, out: (result: X) => void): (alone: Alone<L, R>) => void {
  if (options.kind === 'inner') return () => {};
  if (options.kind === 'outer') {
    return ({ side, held }) =>
      out(side === 'left' ? options.result(held.value, undefined) : options.result(undefined, held.value));
  }
  return ({ side, held }) => {
    if (side === 'left') out(options.result(held.value, undefined));
  };
}

function windowOf({ within, grace = 0 }: Pick<Joining<never, never>, 'within' | 'grace'>): JoinWindow {
  const { before, after } = typeof within === 'number' ? { before: within, after: within } : within;
  return { before, after, grace };
}

function checkOptions<L, R, X>(name: string, options: JoinOptions<L, R, X>): void {
  const { kind, within, left = {}, right = {} } = options;
  refuseUnknown(options, ['kind', 'within', 'grace', 'result', 'left', 'right'], `the options of '${name}'`);
  refuseUnknown(left, ['by', 'late', 'codec'], `what '${name}' says of its left side`);
  refuseUnknown(right, ['by', 'late', 'codec'], `what '${name}' says of its right side`);
  if (typeof within === 'object') refuseUnknown(within, ['before', 'after'], `the window of '${name}'`);
  if (!kinds.includes(kind))
    throw new BuildError(`'${name}' is a join of kind '${kind}'`, `Choose among ${kinds.join(', ')}`);
  checkedWindow(windowOf(options));
  if ((left.by === undefined) === (right.by === undefined)) return;
  throw new BuildError(`Only one side of '${name}' says what it is joined by`, 'Give both sides a `by`, or none');
}

const kinds: readonly JoinKind[] = ['inner', 'left', 'outer'];
