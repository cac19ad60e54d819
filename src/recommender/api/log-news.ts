/** Waiting for the log to go on, by those who look for something that comes with it. */
import type { Millis } from '../../stream/time.ts';
import type { CommittedOffset, Transport } from '../../transport/port.ts';

export interface NewsParts {
  readonly transport: Pick<Transport, 'topics' | 'bounds' | 'grown'>;
  readonly clock: { sleep(duration: Millis, signal: AbortSignal): Promise<void> };
}

/** Where partitions end now, those of topics that are not there left out: to be asked before the look that may find nothing. */
export async function endsOf(
  transport: Pick<Transport, 'topics' | 'bounds'>,
  places: readonly Omit<CommittedOffset, 'offset'>[],
): Promise<readonly CommittedOffset[]> {
  const topics = new Map((await transport.topics()).map(({ topic, partitions }) => [topic, partitions]));
  const known = places.filter(({ topic, partition }) => partition < (topics.get(topic) ?? 0));
  return Promise.all(known.map(async place => ({ ...place, offset: (await transport.bounds(place)).end })));
}

/** Resolves once one of the partitions has gone on, after so many milliseconds at the latest, or when the signal aborts. */
export async function untilGrown(
  { transport, clock }: NewsParts,
  ends: readonly CommittedOffset[],
  atMost_ms: Millis,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const waits = [transport.grown(ends, either), clock.sleep(atMost_ms, either)];
  try {
    await Promise.race(waits);
  } finally {
    over.abort();
  }
  await Promise.all(waits);
}
