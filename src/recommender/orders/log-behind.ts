/** Whether a log has what the documents of another place say was told: for who takes them along. */
import { ratings } from '../../../topologies/streams.ts';
import { MillraceError } from '../../errors.ts';
import { batchesOf, partitionsIn } from '../../stream/log-values.ts';
import type { Bounds, TopicPartition, Transport } from '../../transport/port.ts';

type Log = Pick<Transport, 'topics' | 'bounds' | 'read'>;

/** The log that is copied to lacks events that the one that is left behind has. */
export class LogBehind extends MillraceError {
  readonly code = 'LOG_BEHIND';
}

/**
 * By how many records of `ratings` each log has, so that it need not know whether the two are one. The target's end
 * counts also what retention has taken from it: too many at most, so nothing that is there is refused.
 * @throws {LogBehind}
 */
export async function checkLog(from: Log, to: Pick<Transport, 'topics' | 'bounds'>): Promise<void> {
  const there = await partitionsIn(to, ratings.name);
  for (let partition = 0; partition < (await partitionsIn(from, ratings.name)); partition++) {
    const at = { topic: ratings.name, partition };
    // This one first: where it is the same log it can only have grown when it is asked again.
    const bounds = await from.bounds(at);
    const { end } = partition < there ? await to.bounds(at) : { end: 0 };
    if (end >= bounds.end - bounds.start) continue;
    const records = await countedIn(from, at, bounds);
    if (end < records) throw behind(at, end, records);
  }
}

/** Offsets may have holes, which no copy has. */
async function countedIn(log: Log, at: TopicPartition, { start, end }: Bounds): Promise<number> {
  let count = 0;
  for await (const { next, batch } of batchesOf(log, at, { from: start, to: end }))
    count += Math.max(0, Math.min(end, batch.firstOffset + batch.records) - Math.max(next, batch.firstOffset));
  return count;
}

const behind = ({ topic, partition }: TopicPartition, there: number, from: number): LogBehind =>
  new LogBehind(
    `${topic}/${partition} has ${there} records where the orders are copied to, and ${from} where they come from: events that the documents say were told would be missing`,
    'Let nobody write there any more, and give `millrace topics copy` again, then `millrace documents copy`',
  );
