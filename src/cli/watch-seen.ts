/** Tells whoever serves that lists which came later leave out something else than is configured here. */
import type { Ports } from '../app/compose.ts';
import type { Config } from '../app/config.ts';
import { events } from '../operations/logging/events.ts';
import type { Logger } from '../operations/logging/logger.ts';
import type { Documents } from '../documents/port.ts';
import { Interrupted, type OnWait, retrying } from '../engine/retry.ts';
import { OtherSeenPolicy, requireSeen } from '../recommender/published-seen.ts';
import { seconds } from '../stream/time.ts';

const lookAgainEvery = seconds(10);

export interface WatchedSeen {
  readonly ports: Pick<Ports, 'documents' | 'clock'>;
  readonly config: Pick<Config, 'lists'>;
  readonly signal: AbortSignal;
  readonly onWait: OnWait;
  readonly logger: Logger;
}

/** Where no lists were told of when it began to serve, the first ones may leave out something else. */
export async function watchSeen({
  ports: { documents, clock },
  config,
  signal,
  onWait,
  logger,
}: WatchedSeen): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(lookAgainEvery, signal);
      if (signal.aborted) return;
      if (await retrying('lists', () => tellSeen(documents, config, logger), clock, signal, onWait)) return;
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
}

/** Says what is wrong, and goes on: who serves already had better serve, beside somebody who reads this. */
export async function tellSeen(
  documents: Pick<Documents, 'list'>,
  { lists: { seen } }: Pick<Config, 'lists'>,
  logger: Logger,
): Promise<boolean> {
  try {
    return (await requireSeen(documents, seen)) !== undefined;
  } catch (error) {
    if (!(error instanceof OtherSeenPolicy)) throw error;
    logger.log(events.otherSeen, {}, error);
    return true;
  }
}
