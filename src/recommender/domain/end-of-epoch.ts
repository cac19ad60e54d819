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

/** Whoever told it to stop has undone the epoch, or will: nothing may be changed any more. */
export function stopWhereTold({ signal }: EndOfEpoch): void {
  signal.throwIfAborted();
}
