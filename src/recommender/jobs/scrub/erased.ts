/**
 * Who was erased, as the log says: users by their `erase` events that a version of the model has learnt, and sessions
 * that had become one of them. What came of an id later is of somebody new.
 */
import { modelVersions, ratings } from '../../../../topologies/streams.ts';
import type { ModelVersion } from '../../../../schemas/types.ts';
import { type LogPorts, valuesOf } from '../../../stream/log-values.ts';
import type { Millis } from '../../../stream/time.ts';
import type { RedactableLog } from '../../../transport/redaction.ts';
import { asNote, isAboutUser } from '../../domain/interaction.ts';
import { type Entered, eventsOf, isPast } from './past.ts';

/** Somebody of whom everything up to a moment is to go. */
export interface Erased {
  /** As records and documents name it: with its tenant. */
  readonly id: string;
  /** What is to go: of a user up to the erasure; of a session what it did until an alias made it the user's. */
  readonly until: readonly Until[];
  readonly isSession: boolean;
  /** What `train` had written by when it had learnt the erasure: vectors of later epochs are of somebody new. */
  readonly learnt: { readonly lineage: number; readonly epoch: number };
  /** Whether there is something of the id that stays. */
  hasComeBack: boolean;
}

export interface Until extends Entered {
  /** From when on, for a session that was another user's before; -Infinity of all others. */
  readonly after: Millis;
}

export interface Found {
  /** By id. */
  readonly erased: ReadonlyMap<string, Erased>;
  /** Erasures that no version of the model has learnt yet. */
  readonly waiting: number;
  /** Ids of what is to go, as `intake` remembers them. */
  readonly eventIds: ReadonlySet<string>;
}

export interface ErasedPorts extends LogPorts {
  readonly log: Pick<RedactableLog, 'batches'>;
}

interface Alias extends Entered {
  readonly sessionId: string;
  readonly userId: string;
}

/** Reads `ratings` twice: first who was erased, then who has come back. */
export async function erasedIn(ports: ErasedPorts): Promise<Found> {
  const { erasures, aliases } = await notesIn(ports);
  const { erased, waiting } = learntBy(await versionsIn(ports), erasures);
  for (const somebody of erased.values()) addSessions(erased, somebody, aliases);
  const eventIds = new Set<string>();
  for await (const { subject, eventId, at } of eventsOf(ports)) {
    const somebody = erased.get(subject);
    if (somebody === undefined) continue;
    if (!isPast(somebody, at)) somebody.hasComeBack = true;
    else if (eventId !== undefined) eventIds.add(eventId);
  }
  return { erased, waiting, eventIds };
}

async function notesIn(ports: ErasedPorts) {
  const erasures = new Map<string, readonly Entered[]>();
  const aliases: Alias[] = [];
  for await (const { value, at } of eventsOf(ports)) {
    if (value === undefined || !isAboutUser(value)) continue;
    const { kind, userId, sessionId } = asNote(value);
    if (kind === 'erase') erasures.set(userId, [...(erasures.get(userId) ?? []), at]);
    else aliases.push({ ...at, userId, sessionId });
  }
  return { erasures, aliases };
}

type Version = Pick<ModelVersion, 'learnt' | 'cut'>;

/** Oldest first. */
async function versionsIn(ports: ErasedPorts): Promise<readonly Version[]> {
  const versions: Version[] = [];
  for await (const { learnt, cut } of valuesOf(ports, modelVersions)) versions.push({ learnt, cut });
  return versions;
}

/** Of each user the last erasure that was learnt; and how many were not. */
function learntBy(versions: readonly Version[], erasures: ReadonlyMap<string, readonly Entered[]>) {
  const erased = new Map<string, Erased>();
  let waiting = 0;
  for (const [id, all] of erasures) {
    const known = all.flatMap(at => {
      const version = versions.find(({ learnt }) => reaches(learnt, at));
      return version === undefined ? [] : [{ at, learnt: version.cut }];
    });
    const last = known.at(-1);
    if (known.length < all.length) waiting++;
    if (last === undefined) continue;
    const { at, learnt } = last;
    erased.set(id, { id, until: [{ ...at, after: -Infinity }], isSession: false, learnt, hasComeBack: false });
  }
  return { erased, waiting };
}

const reaches = (learnt: ModelVersion['learnt'], { partition, offset }: Entered): boolean =>
  learnt.some(at => at.stream === ratings.name && at.partition === partition && at.end > offset);

/** Sessions that had become the user before the erasure, and are walked themselves as the map grows. */
function addSessions(erased: Map<string, Erased>, user: Erased, aliases: readonly Alias[]): void {
  for (const { sessionId: id, userId, ...at } of aliases) {
    const known = erased.get(id);
    if (userId !== user.id || !isPast(user, at) || known?.isSession === false) continue;
    const others = aliases.filter(alias => alias.sessionId === id && alias.origin < at.origin);
    const after = Math.max(-Infinity, ...others.map(({ origin }) => origin));
    const until = [...(known?.until ?? []), { ...at, after }];
    erased.set(id, { id, until, isSession: true, learnt: user.learnt, hasComeBack: false });
  }
}
