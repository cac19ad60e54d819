/** What is left to be written when a run ends: tried for a while, for what has run in order is to end so. */
import type { Clock } from '../../engine/clock.ts';
import { Interrupted, type OnWait, retrying } from '../../engine/retry.ts';
import { MillraceError } from '../../errors.ts';

const mostTries = 5;
/** A port that is silent is waited for so long, and then as long as any that is told to stop. */
const within = 5_000;

/** Whatever the ports do, it resolves, and soon: what is left undone is due in the next life, and said. */
export async function atTheEnd(
  work: () => Promise<void>,
  { clock, warn }: { readonly clock: Clock; readonly warn: (text: string) => void },
): Promise<void> {
  const over = new AbortController();
  void clock.overdue?.(within, over.signal).then(() => over.abort());
  const onWait: OnWait = (_what, _error, attempt) => {
    if (attempt === mostTries) over.abort();
  };
  try {
    await retrying('generations', work, clock, over.signal, onWait);
  } catch (error) {
    if (!(error instanceof MillraceError || error instanceof Interrupted)) throw error;
    warn(`generations, at the end: ${error.message}`);
  } finally {
    over.abort();
  }
}
