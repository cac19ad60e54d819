/** Whether the log holds records of a task that its journal knows nothing of: then the journal was lost, or is an old one. */
import type { Journal, JournalHead } from '../documents/port.ts';
import type { TopicPartition, Transport } from '../transport/port.ts';
import { BatchCursor } from '../transport/record.ts';
import { JournalBehind } from './errors.ts';
import type { TaskRunner } from './runner.ts';
import type { TaskRuntime } from './runtime.ts';

/** Newest records of a partition that are looked at, and what a request may bring of them. */
const looked = 64;
const maxBytes = 1 << 20;

/**
 * A task whose journal is behind what it wrote would give out the same sequences a second time, for something else, and
 * readers would drop it as what they have. So it does not begin. Looked at is the end of each partition that the task
 * has written to; where it has no state, of all that it may write to. `taken` is the journal when the task was taken
 * over: what another has written since it took it over from us is not behind, and that we are fenced shows elsewhere.
 * @throws {JournalBehind}
 */
export async function refuseLaterLife(
  run: TaskRunner,
  taken: JournalHead,
  journal: Pick<Journal, 'head'>,
): Promise<void> {
  const { task, transport } = run;
  for (const [topic, { positions }] of task.outputs)
    for (const [partition, { sequence }] of positions.entries()) {
      if (task.epoch > 0 && sequence === 0) continue;
      const later = await run.retrying('tail', () => laterAt(task, taken, transport, { topic, partition }));
      if (later === undefined) continue;
      const now = await run.retrying('journal', () => journal.head(task.id));
      if (now?.fence !== taken.fence) return;
      throw new JournalBehind(
        later,
        'The documents were lost, or a backup was restored that is older than the log: restore a newer one, or compute everything anew beside what is there: `millrace replay --into NAME --switch`',
      );
    }
}

/** What a partition holds of a later life, in words. */
async function laterAt(
  task: TaskRuntime,
  taken: JournalHead,
  transport: Transport,
  at: TopicPartition,
): Promise<string | undefined> {
  const { start, end } = await transport.bounds(at);
  for (let from = Math.max(start, end - looked); from < end;) {
    const batches = await transport.read({ ...at, from, to: end, maxRecords: looked, maxBytes });
    for (const batch of batches) {
      const record = new BatchCursor(batch);
      if (isLater(record, task.id, taken))
        return `${at.topic}/${at.partition} holds at offset ${batch.firstOffset} what ${task.id} wrote in epoch ${record.epoch} of lineage ${record.lineage}, but its journal ends at epoch ${taken.epoch} of lineage ${taken.lineage}`;
      from = batch.firstOffset + Math.max(1, batch.records);
    }
    if (batches.length === 0) break;
  }
  return undefined;
}

const isLater = ({ producer, lineage, epoch }: BatchCursor, task: string, journal: JournalHead): boolean =>
  producer === task && (lineage > journal.lineage || (lineage === journal.lineage && epoch > journal.epoch));
