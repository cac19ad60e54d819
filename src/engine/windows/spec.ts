/** Which windows an event time belongs to, and when they close. Pure: knows no engine, transport or wall clock. */

/** Milliseconds: a duration, or an instant since the Unix epoch; instants may be negative and need not be whole. */
export type Millis = number;

/** Windows of one size that begin at every multiple of `every`; they contain their start and not their end. */
export interface Hopping {
  readonly kind: 'tumbling' | 'hopping';
  readonly size: Millis;
  readonly every: Millis;
  /** How long after its end a window still takes what comes late. */
  readonly grace: Millis;
}

/** Windows of one key that end when nothing came for `gap`. */
export interface Session {
  readonly kind: 'session';
  readonly gap: Millis;
  readonly grace: Millis;
}

export type Windows = Hopping | Session;

/** Windows that cannot be. */
export class InvalidWindow extends RangeError {
  readonly code = 'INVALID_WINDOW';
  readonly remedy: string;

  constructor(what: string, remedy: string) {
    super(`${what}. ${remedy}`);
    this.name = 'InvalidWindow';
    this.remedy = remedy;
  }
}

/** Over three thousand years: whatever is added to an instant of a `Date` remains an exact number. */
const longest: Millis = 1e14;
/** A hopping window is merged from panes: as many as its size has greatest common divisors with its step. */
const maxPanes = 10_000;

/** Windows that touch and do not overlap. Throws `InvalidWindow`. */
export const tumbling = ({ size, grace = 0 }: { readonly size: Millis; readonly grace?: Millis }): Hopping =>
  checked({ kind: 'tumbling', size, every: size, grace });

/** Windows that overlap: each time lies in `size / every` of them. Throws `InvalidWindow`. */
export const hopping = ({
  size,
  every,
  grace = 0,
}: {
  readonly size: Millis;
  readonly every: Millis;
  readonly grace?: Millis;
}): Hopping => checked({ kind: 'hopping', size, every, grace });

/** Windows of activity, by key: they last until nothing came for `gap`. Throws `InvalidWindow`. */
export const session = ({ gap, grace = 0 }: { readonly gap: Millis; readonly grace?: Millis }): Session =>
  checked({ kind: 'session', gap, grace });

/** The windows as they are. Throws `InvalidWindow`. */
export function checked<W extends Windows>(windows: W): W {
  const given: Windows = windows;
  requireWhole('grace', given.grace, 0);
  if (given.kind === 'session') requireWhole('gap', given.gap, 1);
  else checkHopping(given);
  return windows;
}

function checkHopping({ size, every }: Hopping): void {
  requireWhole('size', size, 1);
  requireWhole('every', every, 1);
  if (every > size) {
    throw new InvalidWindow(
      `Windows of ${size} ms every ${every} ms leave times out`,
      'Let a window begin at least as often as it is long',
    );
  }
  const panes = size / greatestCommonDivisor(size, every);
  if (panes > maxPanes) {
    throw new InvalidWindow(
      `Windows of ${size} ms every ${every} ms consist of ${panes} panes`,
      `Choose a size that is a multiple of its step, at most ${maxPanes} times as long`,
    );
  }
}

function requireWhole(name: string, value: Millis, least: Millis): void {
  if (Number.isInteger(value) && value >= least && value <= longest) return;
  throw new InvalidWindow(
    `The ${name} of a window cannot be ${value}`,
    `Give whole milliseconds from ${least} to ${longest}`,
  );
}

export const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Settings as text: what must be the same for kept windows to be usable. */
export const describeWindows = (windows: Windows): string =>
  windows.kind === 'session'
    ? `session ${windows.gap}+${windows.grace}`
    : `${windows.kind} ${windows.size}/${windows.every}+${windows.grace}`;
