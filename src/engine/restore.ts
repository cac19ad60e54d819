/** A task as a checkpoint leaves it, of this release or of a former one. */
import type { JournalEntry, JournalHead } from '../documents/port.ts';
import type { Snapshots } from '../snapshots/port.ts';
import type { Millis } from '../stream/time.ts';
import {
  attachSteps,
  encodeHead,
  evolvedOf,
  learnOlder,
  refuseOtherCount,
  restoreHead,
  restoreSteps,
} from './checkpoint.ts';
import { EvolvingStore } from './evolution/evolving-store.ts';
import { decodePlan, isOf, type Plan } from './plan.ts';
import { otherRelease } from './recovery-errors.ts';
import type { GoingOn, RunnerOptions } from './runner-options.ts';
import type { TaskRunner } from './runner.ts';
import type { TaskRuntime } from './runtime.ts';
import { newestCheckpoint } from './snapshot.ts';
import type { Snapshotter } from './snapshotter.ts';
import type { CheckpointHead, StateStore } from './state/store.ts';
import { begin, verifyPositions } from './verify.ts';

export interface Restored {
  readonly clock: Millis;
  /** What a failed epoch goes back to: what the release has added is in it, with where it began. */
  readonly head: CheckpointHead;
  /** The store of a state that another release has left, which the first commit moves; undefined where ours has. */
  readonly former: StateStore | undefined;
}

/** The checkpoint that the task goes on from, and where that was found. */
export async function storedOf(
  run: TaskRunner,
  snapshots: Snapshotter | undefined,
): Promise<{ readonly stored: CheckpointHead | undefined; readonly from: GoingOn['from'] }> {
  const local = run.store.head(run.task.id);
  const stored = snapshots === undefined ? local : await snapshots.restore(run);
  if (stored === undefined) return { stored, from: 'nothing' };
  return { stored, from: stored.epoch === local?.epoch ? 'checkpoint' : 'snapshot' };
}

/**
 * Loads the state of the task and its positions; without any it begins. Throws `IncompatibleState` for what differs and is not declared,
 * `LogChanged` and `OffsetOutOfRange` where the log is no longer what it was read from.
 */
export async function restoreTask(
  run: TaskRunner,
  stored: CheckpointHead | undefined,
  { registry, startAt, snapshots }: Pick<RunnerOptions, 'registry' | 'startAt' | 'snapshots'>,
): Promise<Restored> {
  const { task, store, transport } = run;
  if (stored === undefined) {
    store.discard(task.id); // what a snapshot has left that was not loaded to its end
    await refuseNewPartitions(run, snapshots?.to);
    await run.retrying('start', () => begin(task, transport, startAt));
    attachSteps(task, store);
    return { clock: -Infinity, head: { fence: 0, epoch: 0, body: encodeHead(task) }, former: undefined };
  }
  const evolved = evolvedOf(task, stored);
  const head = { ...stored, body: JSON.stringify(evolved.head) };
  await run.retrying('registry', () => learnOlder(task, head, registry));
  const clock = restoreHead(task, head);
  const { inputs } = evolved.added;
  if (inputs.length > 0) await run.retrying('start', () => begin(task, transport, startAt, inputs));
  const former = evolved.head.release === task.release ? undefined : new EvolvingStore(store, task.id, evolved);
  attachSteps(task, former ?? store);
  restoreSteps(task, former ?? store);
  await run.retrying('verify', () => verifyPositions(task, transport));
  return { clock, head: { ...stored, body: encodeHead(task) }, former };
}

/** A task without state may be one of more tasks than there were: its keys then have their state in another one. */
async function refuseNewPartitions(run: TaskRunner, snapshots: Snapshots | undefined): Promise<void> {
  const { topology, tasks } = run.task;
  const first = `${topology}/0`;
  const body =
    run.store.head(first)?.body ??
    (snapshots && (await run.retrying('snapshot', () => newestCheckpoint(snapshots, first))))?.body;
  if (body !== undefined) refuseOtherCount(first, body, tasks);
}

/**
 * What the journal holds for the task. Throws `LeftBehind` where another release has made it that can still end it,
 * `IncompatibleState` for no plan.
 */
export function ownPlan(task: TaskRuntime, { epoch, plan }: JournalEntry, isNewest: boolean): Plan {
  const made = decodePlan(task.id, plan);
  if (isOf(task, made)) return made;
  const { release = '' } = made;
  if (isNewest && task.evolution.ends?.includes(release) === true) return made;
  throw otherRelease(task, epoch, release);
}

/** From here on nobody before this worker can go on with the task. */
export async function takeFence(run: TaskRunner): Promise<JournalHead> {
  await refuseOthersPlans(run);
  return run.retrying('fence', () => run.documents.journal.takeFence(run.task.id));
}

/** Whoever made plans that are not carried out yet can still do so, as long as it has the fence: so look before it is taken. */
async function refuseOthersPlans(run: TaskRunner): Promise<void> {
  const { task, documents } = run;
  const [first, second] = await run.retrying('journal', () => documents.journal.after(task.id, task.epoch, 2));
  if (first !== undefined) ownPlan(task, first, second === undefined);
}
