/** Why a task cannot be brought to where its journal ends. */
import type { JournalHead } from '../documents/port.ts';
import { Fenced } from '../errors.ts';
import { wordsOf } from '../stream/framing.ts';
import { IncompatibleState, TaskStopped } from './errors.ts';
import type { UnknownSchema } from './input.ts';
import type { Skip } from './plan.ts';
import type { TaskRuntime } from './runtime.ts';

/** The journal was trimmed past the state. A newer snapshot may reach it. */
export class LeftBehind extends IncompatibleState {}

export const holeOf = (task: TaskRuntime, epoch: number): LeftBehind =>
  new LeftBehind(
    `The journal of ${task.id} goes on at epoch ${epoch}, the state ends at epoch ${task.epoch}`,
    'The local state was lost and no snapshot reaches the journal: bring a snapshot back, or compute everything anew beside what is there: `millrace replay --into NAME --switch`',
  );

/** A worker that stood still after it had taken a task over finds a snapshot of whoever took it over since. */
export const takenSince = ({ id, epoch }: TaskRuntime, taken: JournalHead): Fenced =>
  new Fenced(
    `${id} was taken over under fence ${taken.fence} at epoch ${taken.epoch}, and a snapshot of it is at epoch ${epoch}`,
    'Stop: another worker has taken the task over',
  );

/** Only who made a plan knows what it does: another release would emit something else under the same sequences. */
export const otherRelease = (task: TaskRuntime, epoch: number, release: string): LeftBehind =>
  new LeftBehind(
    `Epoch ${epoch} of ${task.id} was begun by another release of the topology (${release}), and the state here ends before it`,
    'Run that release once more and stop it in order (SIGTERM): it ends its epochs and leaves a snapshot, from which this one goes on. If it stops in that epoch for good, declare in the topology that this one `ends` it',
  );

/** A checkpoint goes on only in the life of its journal, and never from beyond the journal's end. */
export function refuseOtherJournal(
  task: TaskRuntime,
  epoch: number,
  journal: Pick<JournalHead, 'lineage' | 'epoch'>,
): void {
  if (journal.lineage === task.lineage && epoch <= journal.epoch) return;
  throw new IncompatibleState(
    `${task.id} has a checkpoint of lineage ${task.lineage}, epoch ${epoch}, but its journal is at lineage ${journal.lineage}, epoch ${journal.epoch}`,
    'The documents were lost, or a backup was restored that is older than the state: restore a newer one, or compute everything anew beside what is there: `millrace replay --into NAME --switch`',
  );
}

export const failedNow = ({ id }: TaskRuntime, epoch: number, skip: Skip): TaskStopped =>
  new TaskStopped(
    `${id}: ${skip.stream}/${skip.partition} offset ${skip.offset} failed in epoch ${epoch}, which had succeeded before: ${skip.reason}`,
    'The topology is not deterministic, or has changed: run the release that wrote the journal, or backfill',
  );

export const unreadableClock = ({ id }: TaskRuntime, { reference, at }: UnknownSchema): TaskStopped =>
  new TaskStopped(
    `${id}: ${at.stream}/${at.partition} offset ${at.offset} decides what is read, but no schema with ${wordsOf(reference)} is registered`,
    'Register the schema that it was written with, and start again',
  );
