import type { Bounds, CommittedOffset, TopicDescription, TopicPartition, Transport } from '../transport/port.ts';

/** What lag tools ask of a log. */
export type LogEnds = Pick<Transport, 'topics' | 'bounds' | 'committed'>;

/** One look at the log: what is asked twice is asked once, and all answers are of about the same moment. */
export function lookAt(transport: LogEnds): LogEnds {
  const bounds = new Map<string, Promise<Bounds>>();
  const committed = new Map<string, Promise<readonly CommittedOffset[]>>();
  let topics: Promise<readonly TopicDescription[]> | undefined;
  return {
    topics: () => (topics ??= transport.topics()),
    bounds: at => once(bounds, placeOf(at), () => transport.bounds(at)),
    committed: group => once(committed, group, () => transport.committed(group)),
  };
}

/** The answer of the first who asked. */
export function once<T>(known: Map<string, Promise<T>>, name: string, ask: () => Promise<T>): Promise<T> {
  const answer = known.get(name) ?? ask();
  known.set(name, answer);
  return answer;
}

export const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
