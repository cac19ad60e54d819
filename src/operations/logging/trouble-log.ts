/** Says what went wrong at the brokers, which their adapter counts by reason and gets over. */
import type { Clock } from '../../engine/clock.ts';
import { seconds } from '../../stream/time.ts';
import { events } from './events.ts';
import type { Logger } from './logger.ts';

export interface TroubleLogOptions {
  /** Failures by reason since the log was opened. */
  readonly troubles: () => ReadonlyMap<string, number>;
  readonly logger: Logger;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal: AbortSignal;
}

const lookEvery = seconds(1);

/** Looks once a second until the signal aborts, and a last time then. */
export async function tellTroubles({ troubles, logger, clock, signal }: TroubleLogOptions): Promise<void> {
  let before: ReadonlyMap<string, number> = new Map();
  for (let isLast = false; !isLast;) {
    isLast = signal.aborted;
    const now = new Map(troubles());
    for (const [code, count] of now) {
      const since = count - (before.get(code) ?? 0);
      if (since > 0) logger.log(events.logTrouble, { code, count: since });
    }
    before = now;
    await clock.sleep(lookEvery, signal);
  }
}
