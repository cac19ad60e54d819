/** What the learner has to know of the end of an epoch. */
export interface EndOfEpoch {
  readonly clock: number;
  readonly caughtUp: boolean;
  readonly signal: AbortSignal;
  readonly turn: () => Promise<void>;
}

/** Others have their turn. */
export async function turned(end: EndOfEpoch): Promise<void> {
  await end.turn();
  stopWhereTold(end);
}

/** Does some work in slices, and others have their turn after each. Where it is told to stop the rest is left. */
export async function inTurns<T>(work: Generator<undefined, T>, end: EndOfEpoch): Promise<T> {
  using slices = work;
  for (;;) {
    const slice = slices.next();
    if (slice.done === true) return slice.value;
    await turned(end);
  }
}

/** Whoever told it to stop has undone the epoch, or will: nothing may be changed any more. */
export function stopWhereTold({ signal }: EndOfEpoch): void {
  signal.throwIfAborted();
}
