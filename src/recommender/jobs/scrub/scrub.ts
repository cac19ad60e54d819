/**
 * Takes the bytes of those who were erased out of a machine's own stores: state, snapshots, journals, generations, log,
 * rows of removed documents, free pages. Each step may be done again: whoever is killed starts again and comes to the
 * same end, since the erasures themselves, which say what is to be done, go last.
 */
import { ratings } from '../../../../topologies/streams.ts';
import { type Chooser, derived, erasures, ofSessions, ofUsers } from './records.ts';
import { checkDocuments, keptByTheShop, removeScores } from './documents.ts';
import { erasedIn, type Found } from './erased.ts';
import { checkGenerations, dropGenerations } from './generations.ts';
import { partitionsIn } from '../../../stream/log-values.ts';
import { batchesOf } from './past.ts';
import type { ScrubPorts } from './ports.ts';
import { checkTasks, fenceTasks, type LastOffsets, removeState, renewSnapshots } from './tasks.ts';
import { begin, finish, isPending } from './turn.ts';

export interface Scrubbed {
  /** Users, and sessions that had become one of them. */
  readonly users: number;
  readonly sessions: number;
  /** Erasures that no version of the model has learnt yet: they are for the next time. */
  readonly waiting: number;
  /** Records of the log. */
  redacted: number;
  /** Entries of state, rows of removed documents, files of generations. */
  stateEntries: number;
  removedDocuments: number;
  generations: number;
  snapshots: number;
  /** Collections that the shop keeps, with how many of the erased they still hold. */
  kept: Readonly<Record<string, number>>;
}

interface Scrub {
  readonly ports: ScrubPorts;
  readonly found: Found;
  readonly done: Scrubbed;
}

type Step = (scrub: Scrub) => Promise<void>;

/** In this order. Nothing is changed before the checks; the erasures, by which the rest is known, go last. */
export const steps: readonly Step[] = [
  check,
  mark,
  fence,
  scrubState,
  scrubSnapshots,
  scrubGenerations,
  scrubTopics,
  scrubSessions,
  scrubDocuments,
  scrubUsers,
  compact,
  scrubErasures,
  unmark,
];

export interface ScrubOptions {
  /** Told before each step. */
  readonly onStep?: (name: string) => void;
}

/** Nothing is done where nobody was erased, unless a scrub before was stopped. @throws {ScrubRefused} */
export async function scrub(ports: ScrubPorts, { onStep }: ScrubOptions = {}): Promise<Scrubbed> {
  const found = await erasedIn(ports);
  const erased = [...found.erased.values()];
  const sessions = erased.filter(({ isSession }) => isSession).length;
  const done: Scrubbed = {
    users: erased.length - sessions,
    sessions,
    waiting: found.waiting,
    redacted: 0,
    stateEntries: 0,
    removedDocuments: 0,
    generations: 0,
    snapshots: 0,
    kept: {},
  };
  if (erased.length === 0 && !(await isPending(ports.documents))) return done;
  for (const step of steps) {
    onStep?.(step.name);
    await step({ ports, found, done });
  }
  return done;
}

async function check({ ports, found }: Scrub): Promise<void> {
  const { erased } = found;
  await checkTasks(ports, await lastOffsets(ports, found));
  await checkGenerations(ports, erased);
  await checkDocuments(ports, erased);
}

async function mark({ ports }: Scrub): Promise<void> {
  await begin(ports.documents, ports.clock.now());
}

async function fence({ ports }: Scrub): Promise<void> {
  await fenceTasks(ports);
}

async function scrubState({ ports, found, done }: Scrub): Promise<void> {
  done.stateEntries += removeState(ports, found);
  ports.state.compact();
}

async function scrubSnapshots({ ports, done }: Scrub): Promise<void> {
  done.snapshots += await renewSnapshots(ports);
}

async function scrubGenerations({ ports, found, done }: Scrub): Promise<void> {
  done.generations += await dropGenerations(ports, found.erased);
}

async function scrubTopics({ ports, found, done }: Scrub): Promise<void> {
  for (const [topic, chooser] of derived(found, ports.registry)) done.redacted += await redact(ports, topic, chooser);
}

async function scrubSessions({ ports, found, done }: Scrub): Promise<void> {
  done.redacted += await redact(ports, ratings.name, ofSessions(found, ports.registry));
}

async function scrubDocuments({ ports, found, done }: Scrub): Promise<void> {
  await removeScores(ports, found.erased);
  done.kept = await keptByTheShop(ports, found.erased);
  done.removedDocuments += ports.purge.purge();
}

async function scrubUsers({ ports, found, done }: Scrub): Promise<void> {
  done.redacted += await redact(ports, ratings.name, ofUsers(found, ports.registry));
}

async function compact({ ports }: Scrub): Promise<void> {
  ports.purge.compact();
  ports.log.compact();
}

async function scrubErasures({ ports, found, done }: Scrub): Promise<void> {
  done.redacted += await redact(ports, ratings.name, erasures(found, ports.registry));
}

async function unmark({ ports }: Scrub): Promise<void> {
  ports.log.settle();
  await finish(ports.documents, ports.clock.now());
}

async function redact({ transport, log }: ScrubPorts, topic: string, chooser: Chooser): Promise<number> {
  let redacted = 0;
  for (let partition = 0; partition < (await partitionsIn(transport, topic)); partition++)
    redacted += await log.redact({ topic, partition }, batch => chooser(partition, batch));
  return redacted;
}

/** Where what would be redacted stands; nothing is changed. */
async function lastOffsets(ports: ScrubPorts, found: Found): Promise<LastOffsets> {
  const last = new Map<string, Map<number, number>>();
  for (const [topic, chooser] of [...derived(found, ports.registry), ...inRatings(found, ports)]) {
    const offsets = last.get(topic) ?? new Map<number, number>();
    for await (const { partition, batch } of batchesOf(ports, topic)) {
      const chosen = await chooser(partition, batch);
      for (const offset of chosen.keys()) offsets.set(partition, Math.max(offset, offsets.get(partition) ?? -1));
    }
    last.set(topic, offsets);
  }
  return last;
}

const inRatings = (found: Found, { registry }: ScrubPorts): (readonly [string, Chooser])[] =>
  [ofSessions, ofUsers, erasures].map(chooserOf => [ratings.name, chooserOf(found, registry)] as const);
