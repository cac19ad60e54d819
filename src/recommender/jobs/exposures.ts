/** What users did after they were shown lists, from everything that the log still has. */
import { exposures, ratings } from '../../../topologies/streams.ts';
import { type LogPorts, recordsWithValues } from '../../stream/log-values.ts';
import type { Stream } from '../../stream/stream.ts';
import type { Millis } from '../../stream/time.ts';
import { Attribution, type PolicyAttribution } from '../domain/attribution.ts';
import { invalidExposure, invalidRating } from '../domain/validate.ts';

/** Memory grows with the lists that were shown, not with the events. @throws {UnreadableRecord} */
export async function attributed(ports: LogPorts, within: Millis): Promise<readonly PolicyAttribution[]> {
  const attribution = new Attribution(within);
  for await (const shown of soundOf(ports, exposures, invalidExposure)) attribution.shown(shown);
  for await (const event of soundOf(ports, ratings, invalidRating)) attribution.did(event);
  return attribution.figures();
}

/** Every reader lets the same values pass. */
async function* soundOf<T>(
  ports: LogPorts,
  stream: Stream<T>,
  problemOf: (value: T, origin: Millis) => string | undefined,
): AsyncGenerator<T> {
  for await (const { value, record } of recordsWithValues(ports, stream))
    if (problemOf(value, record.origin) === undefined) yield value;
}
