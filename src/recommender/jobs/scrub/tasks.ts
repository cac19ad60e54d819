/** The tasks whose checkpoints, snapshots and journals may hold something of the erased: brought past it, all of them. */
import { snapshotInputs } from '../../../engine/checkpoint.ts';
import { keyOfSeen } from '../../../engine/operators/seen.ts';
import { listSnapshots, removeSnapshot, thinSnapshots, writeSnapshot } from '../../../engine/snapshot.ts';
import type { CheckpointHead, StateEntry } from '../../../engine/state/store.ts';
import type { Found } from './erased.ts';
import { ScrubRefused } from './errors.ts';
import type { ScrubPorts } from './ports.ts';

/** Of each partition of each topic the last offset that is to be redacted. */
export type LastOffsets = ReadonlyMap<string, ReadonlyMap<number, number>>;

const catchUp = 'Let them catch up with `millrace run --until-caught-up`, and scrub then';

/** Every task stands at the end of its journal, past everything that is to go. @throws {ScrubRefused} */
export async function checkTasks(ports: ScrubPorts, last: LastOffsets): Promise<void> {
  for (const task of ports.purge.tasks()) {
    const journal = await ports.documents.journal.head(task);
    if (journal === undefined || journal.epoch === 0) continue;
    const head = ports.state.head(task);
    if (head?.epoch !== journal.epoch)
      throw new ScrubRefused(
        `The checkpoint of ${task} here is at epoch ${head?.epoch ?? 0}, its journal at ${journal.epoch}`,
        head === undefined ? 'Name the folder of its checkpoints with --state' : catchUp,
      );
    refuseBehind(task, head, last);
  }
}

/** What it has still to read is to be what it was when others read it. */
function refuseBehind(task: string, { body }: CheckpointHead, last: LastOffsets): void {
  for (const [topic, positions] of Object.entries(snapshotInputs(body)))
    for (const { partition, offset } of positions) {
      const needed = last.get(topic)?.get(partition);
      if (needed === undefined || offset > needed) continue;
      throw new ScrubRefused(
        `${task} has read ${topic}/${partition} up to offset ${offset}, and a record of somebody erased stands at ${needed}`,
        catchUp,
      );
    }
}

/** Whoever had a task, and sleeps, can write no plan any more. */
export async function fenceTasks({ purge, documents }: ScrubPorts): Promise<void> {
  for (const task of purge.tasks()) await documents.journal.takeFence(task);
}

/** Steps of `recommend` whose entries go by user; pages of a history have more behind a line's end. */
const byUser: ReadonlySet<string> = new Set(['table user-vectors', 'seen', 'lists']);
const byEvent = 'event-ids';

/** What the tasks still know by the ids of those who have not come back: vectors of nobody, graves of lists, event ids. */
export function removeState({ state }: Pick<ScrubPorts, 'state'>, { erased, eventIds }: Found): number {
  const isGone = (step: string, key: string): boolean => {
    if (step === byEvent) return eventIds.has(keyOfSeen(key));
    return byUser.has(step) && erased.get(key.split('\n')[0] ?? '')?.hasComeBack === false;
  };
  let removed = 0;
  for (const task of state.tasks()) {
    // A task may have gigabytes of event ids: nothing is held but what goes.
    const gone: Pick<StateEntry, 'step' | 'key'>[] = [];
    for (const { step, key } of state.entries(task)) if (isGone(step, key)) gone.push({ step, key });
    if (gone.length > 0) state.remove(task, gone);
    removed += gone.length;
  }
  return removed;
}

/** Each task has one snapshot then, of its checkpoint as it is now, and a journal of nothing before it. */
export async function renewSnapshots({ state, snapshots, documents }: ScrubPorts): Promise<number> {
  let renewed = 0;
  for (const task of state.tasks()) {
    const journal = await documents.journal.head(task);
    const epoch = state.head(task)?.epoch ?? 0;
    if (journal === undefined || epoch === 0) continue;
    const { lineage } = journal;
    // One of this very epoch was written before the state was scrubbed; the state is here, so nothing is lost meanwhile.
    for (const id of await listSnapshots(snapshots, task))
      if (id.lineage === lineage && id.epoch === epoch) await removeSnapshot(snapshots, task, id);
    await writeSnapshot(snapshots, state, { task, lineage });
    await thinSnapshots(snapshots, task, 1);
    await documents.journal.trim(task, epoch);
    renewed++;
  }
  return renewed;
}
