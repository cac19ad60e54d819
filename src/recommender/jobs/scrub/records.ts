/** Which records of which topic are of somebody who was erased. */
import { exposures, ratings, ratingsByItem, recommendations, userVectors } from '../../../../topologies/streams.ts';
import { type DeadLetter, deadLetters } from '../../../stream/dead-letter.ts';
import type { SchemaRegistry } from '../../../stream/registry.ts';
import { BatchCursor, Kind } from '../../../transport/record.ts';
import type { StampedBatch } from '../../../transport/redaction.ts';
import type { Redactions } from '../../../transport/redact.ts';
import { subjectOf } from '../../domain/interaction.ts';
import { plainOf, scoped } from '../../domain/tenant.ts';
import { isOfOrder, isOrderOf } from '../../orders/letters.ts';
import type { Erased, Found } from './erased.ts';
import { isPast, wasPast } from './past.ts';
import { Values } from './values.ts';

/** Names what is to go of a batch in a partition. */
export type Chooser = (partition: number, batch: StampedBatch) => Promise<Redactions>;

type Registry = Pick<SchemaRegistry, 'find'>;
type People = Pick<Found, 'erased' | 'eventIds'>;

/** Topics whose records come of what stands in `ratings`, or beside it, and name a user in key or value. */
export const derived = (people: People, registry: Registry): ReadonlyMap<string, Chooser> =>
  new Map<string, Chooser>([
    [ratingsByItem.name, eventsByItem(people, registry)],
    [userVectors.name, byKey(people, (record, { learnt, hasComeBack }) => !hasComeBack || isWrittenBy(learnt, record))],
    [recommendations.name, byKey(people, ({ origin }, somebody) => wasPast(somebody, origin))],
    [exposures.name, exposuresOf(people, registry)],
    [deadLetters.name, lettersOf(people, registry)],
  ]);

/** Records of `ratings`: of sessions first, since what tells whose they are stands among the users' own. */
export const ofSessions = (people: People, registry: Registry): Chooser =>
  eventsOf(people, registry, ({ isSession }) => isSession);

/** All that users did, and all that was noted about them, but the erasure by which they are known. */
export const ofUsers = (people: People, registry: Registry): Chooser =>
  eventsOf(people, registry, (somebody, offset) => !isErasure(somebody, offset));

/** The erasures themselves, last of all: whoever is stopped before finds by them what is left to do. */
export const erasures = (people: People, registry: Registry): Chooser =>
  eventsOf(people, registry, (somebody, offset) => isErasure(somebody, offset));

const isErasure = ({ isSession, until }: Erased, offset: number): boolean =>
  !isSession && until.some(at => at.offset === offset);

function eventsOf(
  { erased }: People,
  registry: Registry,
  isMeant: (somebody: Erased, offset: number) => boolean,
): Chooser {
  const values = new Values(ratings, registry);
  return choosing(async (record, partition) => {
    const value = await values.of(record);
    const { offset, origin } = record;
    // Bytes that nobody can read say whose they are by their key, or by an id in quotes.
    const named = value === undefined ? [record.key(), ...quotedIn(erased, record.value())] : [subjectOf(value)];
    const somebody = named.flatMap(id => erased.get(id) ?? []);
    const goes = somebody.some(each => isMeant(each, offset) && isPast(each, { partition, offset, origin }));
    return goes ? values.timeOf(value, origin) : undefined;
  });
}

/** What was redacted in `ratings` has gone from here by its event id, or by when it had entered the log. */
function eventsByItem({ erased, eventIds }: People, registry: Registry): Chooser {
  const values = new Values(ratingsByItem, registry);
  return choosing(async record => {
    const value = await values.of(record);
    const somebody = value && erased.get(subjectOf(value));
    if (value === undefined || somebody === undefined) return undefined;
    const isGone = eventIds.has(scoped(value.tenant, value.eventId)) || wasPast(somebody, record.origin);
    return isGone ? -Infinity : undefined;
  });
}

function byKey({ erased }: People, isGone: (record: BatchCursor, somebody: Erased) => boolean): Chooser {
  return choosing(async record => {
    const somebody = erased.get(record.key());
    return somebody !== undefined && isGone(record, somebody) ? -Infinity : undefined;
  });
}

const isWrittenBy = ({ lineage, epoch }: Erased['learnt'], record: BatchCursor): boolean =>
  record.lineage < lineage || (record.lineage === lineage && record.epoch <= epoch);

function exposuresOf({ erased }: People, registry: Registry): Chooser {
  const values = new Values(exposures, registry);
  return choosing(async record => {
    const value = await values.of(record);
    const somebody = erased.get(value === undefined ? record.key() : subjectOf(value));
    if (somebody === undefined || !wasPast(somebody, record.origin)) return undefined;
    return values.timeOf(value, record.origin);
  });
}

/** A letter holds a record as it was. One that nobody can read is somebody's by its key, or by an id that it quotes. */
function lettersOf({ erased }: People, registry: Registry): Chooser {
  const letters = new Values(deadLetters, registry);
  const events = new Values(ratings, registry);
  const shown = new Values(exposures, registry);
  return choosing(async record => {
    const letter = await letters.of(record);
    if (letter === undefined) return undefined;
    const { topic, bytes, key } = letter;
    const value = (await events.in(bytes, 0, bytes.length)) ?? (await shown.in(bytes, 0, bytes.length));
    const named = value === undefined ? [...quotedIn(erased, bytes), ...orderedBy(erased, letter)] : [subjectOf(value)];
    const somebody = [...(keyedByUser.has(topic) ? [key] : []), ...named].flatMap(id => erased.get(id) ?? []);
    return somebody.some(each => wasPast(each, record.origin)) ? -Infinity : undefined;
  });
}

const keyedByUser: ReadonlySet<string> = new Set(
  [ratings, userVectors, recommendations, exposures].map(({ name }) => name),
);

const quotedIn = (erased: People['erased'], bytes: Buffer): string[] =>
  [...erased.keys()].filter(id => bytes.includes(JSON.stringify(plainOf(id))));

/** An order's letter goes by the order's document; where its key was cut, by how it begins. */
const orderedBy = (erased: People['erased'], letter: DeadLetter): string[] =>
  isOfOrder(letter) ? [...erased.keys()].filter(id => isOrderOf(letter, id)) : [];

/** Asks of each value of a batch whether it goes, and then for the event time that it keeps. */
function choosing(goes: (record: BatchCursor, partition: number) => Promise<number | undefined>): Chooser {
  return async (partition, batch) => {
    const chosen = new Map<number, number>();
    const record = new BatchCursor(batch);
    while (record.next()) {
      if (record.kind !== Kind.value) continue;
      const time = await goes(record, partition);
      if (time !== undefined) chosen.set(record.offset, time);
    }
    return chosen;
  };
}
