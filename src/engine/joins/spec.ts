/** How far apart two records may be to meet, and until when they may. Pure: knows no engine, transport or wall clock. */
import { InvalidWindow, type Millis } from '../windows/spec.ts';

/** Which records of a join are told that met none of the other side. */
export type JoinKind = 'inner' | 'left' | 'outer';

export type JoinSideName = 'left' | 'right';

/** The window of a join: a right record meets a left one from `before` ahead of its event time to `after` behind it, both included. */
export interface JoinWindow {
  readonly before: Millis;
  readonly after: Millis;
  /** How long a record still waits after the last event time that could meet it. */
  readonly grace: Millis;
}

/** Over three thousand years: whatever is added to an instant of a `Date` remains an exact number. */
const longest: Millis = 1e14;

/** The window as it is. Throws `InvalidWindow`. */
export function checkedWindow(window: JoinWindow): JoinWindow {
  for (const [name, value] of Object.entries(window)) {
    if (Number.isInteger(value) && value >= 0 && value <= longest) continue;
    throw new InvalidWindow(`'${name}' of a join cannot be ${value}`, `Give whole milliseconds from 0 to ${longest}`);
  }
  return window;
}

/** Settings as text: what must be the same for kept records to be usable. */
export const describeJoin = (window: JoinWindow): string => `-${window.before}/${window.after}+${window.grace}`;

/** Event times of the other side that a record of this side and time meets, both ends included. */
export function partnersOf(window: JoinWindow, side: JoinSideName, time: Millis): readonly [from: Millis, to: Millis] {
  const { before, after } = window;
  return side === 'left' ? [time - before, time + after] : [time - after, time + before];
}

/** The window of a record is open while event time is below this: the first whole millisecond behind its end and grace. */
export function closesAt(window: JoinWindow, side: JoinSideName, time: Millis): Millis {
  const [, last] = partnersOf(window, side, time);
  return Math.floor(last + window.grace) + 1;
}

/** From this event time on a record of this time is late: the windows of all that it could meet have closed. */
export const lateAt = ({ before, after, grace }: JoinWindow, time: Millis): Millis =>
  Math.floor(time + before + after + grace) + 1;

/** How far behind event time anything may lie that a join tells; times need not be whole, windows close at whole ones. */
export const reachOf = ({ before, after, grace }: JoinWindow): Millis => before + after + grace + 1;
