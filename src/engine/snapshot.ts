/** Snapshots of a task: all of its state at one epoch, from which another machine can go on. */
import { Fenced } from '../errors.ts';
import { SnapshotExists, type Snapshots } from '../snapshots/port.ts';
import { fromContainer, toContainer } from '../stream/container.ts';
import { schema } from '../stream/schema.ts';
import { IncompatibleState } from './errors.ts';
import type { CheckpointHead, Replacement, StateEntry, StateStore } from './state/store.ts';

/** One entry of the state; the first record of a file has an empty step and holds the head. */
interface StoredEntry {
  readonly step: string;
  readonly key: string;
  /** One of the two is null. Not a union of both: Avro lets bytes be read as a string, and the first branch would win. */
  readonly text: string | null;
  readonly bytes: Buffer | null;
}

const snapshotSchema = schema<StoredEntry>({
  type: 'record',
  name: 'StateEntry',
  namespace: 'millrace',
  fields: [
    { name: 'step', type: 'string' },
    { name: 'key', type: 'string' },
    { name: 'text', type: ['null', 'string'] },
    { name: 'bytes', type: ['null', 'bytes'] },
  ],
});

/** Which state a snapshot holds. */
export interface SnapshotId {
  readonly lineage: number;
  readonly epoch: number;
}

export interface WriteSnapshot {
  readonly task: string;
  readonly lineage: number;
  /** Of a task that runs: what it stands at, and the fence that it has. Whatever else is there is another process's. */
  readonly at?: Pick<CheckpointHead, 'epoch' | 'fence'>;
  /** Called whenever a part has been taken to be stored: a large state takes its time. */
  readonly comesOn?: () => void;
}

/**
 * Writes the checkpoint of a task as it stands. The caller keeps the task from going on meanwhile. Throws `Fenced`, and
 * publishes nothing, where another process has moved it on with the same disk: head and entries would be of two epochs.
 */
export async function writeSnapshot(
  snapshots: Snapshots,
  store: Pick<StateStore, 'head' | 'entries'>,
  { task, lineage, at, comesOn = () => {} }: WriteSnapshot,
): Promise<SnapshotId | undefined> {
  const head = store.head(task);
  if (at !== undefined) refuseOthers(task, at, head);
  if (head === undefined) return undefined;
  const id = { lineage, epoch: head.epoch };
  try {
    const parts = toContainer(snapshotSchema, checkpointOf(store, task, head));
    await snapshots.put(nameOf(task, id), told(parts, comesOn));
  } catch (error) {
    // Lineage and epoch determine the state: whoever was first has written the same.
    if (!(error instanceof SnapshotExists)) throw error;
  }
  return id;
}

async function* told(parts: AsyncIterable<Uint8Array>, comesOn: () => void): AsyncIterable<Uint8Array> {
  for await (const part of parts) {
    comesOn();
    yield part;
  }
}

/**
 * Removes all but the newest `keep` snapshots; answers the epoch of the oldest that is left, up to which the journal is
 * no longer needed, or undefined while there are fewer.
 */
export async function thinSnapshots(snapshots: Snapshots, task: string, keep: number): Promise<number | undefined> {
  const all = await listSnapshots(snapshots, task);
  for (const id of all.slice(0, -keep)) await snapshots.remove(nameOf(task, id));
  return all.length < keep ? undefined : all.at(-keep)?.epoch;
}

/** Removes one that is no longer what the checkpoint of its epoch is. */
export const removeSnapshot = (snapshots: Snapshots, task: string, id: SnapshotId): Promise<void> =>
  snapshots.remove(nameOf(task, id));

/**
 * Loads the newest snapshot of a task into the local store, if there is one, part by part. `fence` is that of what it
 * replaces. Left off half-way, it leaves no checkpoint, and the next attempt begins with it anew.
 */
export async function restoreSnapshot(
  snapshots: Snapshots,
  store: StateStore,
  task: string,
  fence: number,
): Promise<void> {
  const newest = (await listSnapshots(snapshots, task)).at(-1);
  if (newest === undefined) return;
  let filling: { readonly body: string; readonly replacement: Replacement } | undefined;
  let part: StateEntry[] = [];
  for await (const entry of fromContainer(snapshotSchema, snapshots.get(nameOf(task, newest)))) {
    if (filling !== undefined) part.push(fromStored(entry));
    else if (entry.step !== '' || entry.text === null) throw incomplete(task, newest);
    else filling = { body: entry.text, replacement: store.replacing(task, fence) };
    if (part.length < entriesAtATime) continue;
    filling.replacement.add(part);
    part = [];
  }
  if (filling === undefined) throw incomplete(task, newest);
  filling.replacement.add(part);
  filling.replacement.finish({ fence, epoch: newest.epoch, body: filling.body });
}

/** Put into the store in one transaction. */
const entriesAtATime = 1_000;

/** The checkpoint that the newest snapshot of a task holds, if there is one; what follows its head is not read. */
export async function newestCheckpoint(snapshots: Snapshots, task: string): Promise<CheckpointHead | undefined> {
  const newest = (await listSnapshots(snapshots, task)).at(-1);
  if (newest === undefined) return undefined;
  for await (const { step, text } of fromContainer(snapshotSchema, snapshots.get(nameOf(task, newest))))
    if (step === '' && text !== null) return { fence: 0, epoch: newest.epoch, body: text };
    else break;
  throw incomplete(task, newest);
}

/** Oldest first. */
export async function listSnapshots(snapshots: Snapshots, task: string): Promise<SnapshotId[]> {
  const names = await snapshots.list(`${task}/`);
  return names.flatMap(name => {
    const match = /\/(\d+)-(\d+)\.avro$/.exec(name);
    return match === null ? [] : [{ lineage: Number(match[1]), epoch: Number(match[2]) }];
  });
}

/** Padded, so that the order of the names is the order of the snapshots. */
const nameOf = (task: string, { lineage, epoch }: SnapshotId): string =>
  `${task}/${String(lineage).padStart(6, '0')}-${String(epoch).padStart(15, '0')}.avro`;

function* checkpointOf(
  store: Pick<StateStore, 'head' | 'entries'>,
  task: string,
  head: CheckpointHead,
): Iterable<StoredEntry> {
  yield { step: '', key: '', text: head.body, bytes: null };
  for (const { step, key, value } of store.entries(task)) {
    // avsc writes Buffers only, and a store may answer any bytes.
    const stored = typeof value === 'string' ? { text: value, bytes: null } : { text: null, bytes: Buffer.from(value) };
    yield { step, key, ...stored };
  }
  // In here, so that what is written is not published.
  refuseOthers(task, head, store.head(task));
}

/** The fence of a checkpoint is that of its last epoch: whoever took the task over since, and did nothing, has a greater one. */
function refuseOthers(
  task: string,
  own: Pick<CheckpointHead, 'epoch' | 'fence'>,
  found: CheckpointHead | undefined,
): void {
  if (found?.epoch === own.epoch && found.fence <= own.fence) return;
  const { epoch = 0, fence = 0 } = found ?? {};
  throw new Fenced(
    `The checkpoint of ${task} is of epoch ${epoch} under fence ${fence}, and its snapshot was to be of epoch ${own.epoch} under fence ${own.fence}`,
    'Stop: another process has the task',
  );
}

const fromStored = ({ step, key, text, bytes }: StoredEntry): StateEntry => ({ step, key, value: text ?? bytes ?? '' });

const incomplete = (task: string, id: SnapshotId): IncompatibleState =>
  new IncompatibleState(
    `Snapshot ${nameOf(task, id)} does not begin with the head of its task`,
    'Remove it: the snapshot before it and the journal hold the same state',
  );
