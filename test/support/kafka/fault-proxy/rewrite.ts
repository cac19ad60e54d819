/** Answers as a fault changes them. */
import type { ApiName } from './apis.ts';
import type { Fault } from './faults.ts';
import { requestBody, type Request } from './messages.ts';
import { type Struct, structsOf, type Value } from './schema.ts';

/** Nobody listens there. */
const nobody = { node: 99, host: '127.0.0.1', port: 1 };

/** The answer of a broker that did nothing, for what the request names. */
export function refusal(request: Request, api: ApiName, code: number): Struct {
  const topics = structsOf(requestBody(request, api)['topics']).map(({ name = '', id = '', partitions }) => ({
    name,
    id,
    partitions: structsOf(partitions).map(({ index = 0 }) => ({ index, error: code, records: Buffer.alloc(0) })),
  }));
  return { error: topics.length > 0 ? 0 : code, throttle: 0, session: 0, topics };
}

/** Faults that concern the connection leave the answer as it is. */
export function changed(api: ApiName, answer: Struct, fault: Fault | undefined): Struct {
  if (fault?.kind === 'misreport') return misreported(answer, fault.code);
  if (fault?.kind === 'throttle') return { ...answer, throttle: fault.ms };
  if (fault?.kind === 'empty') return onPartitions(answer, partition => ({ ...partition, records: Buffer.alloc(0) }));
  if (fault?.kind !== 'misdirect') return answer;
  return api === 'metadata' ? withoutLeaders(answer) : { ...answer, ...nobody };
}

/** The innermost errors that the answer has: a broker blames the partition, where there is one to blame. */
function misreported(answer: Struct, code: number): Struct {
  if (structsOf(answer['topics']).length === 0) return { ...answer, error: code };
  return onPartitions(answer, partition => ({ ...partition, ...unknown(partition), error: code }));
}

/** What a broker does not say about a partition that it has an error for. */
const unknown = (partition: Struct): Struct =>
  Object.fromEntries(
    Object.entries(partition)
      .filter(([name]) => name !== 'index')
      .map(([name, value]) => [name, Buffer.isBuffer(value) ? Buffer.alloc(0) : minusOne(value)]),
  );

const minusOne = (value: Value): Value => (typeof value === 'bigint' ? -1n : typeof value === 'number' ? -1 : value);

const withoutLeaders = (answer: Struct): Struct =>
  onPartitions(answer, partition => ({ ...partition, leader: nobody.node }));

const onPartitions = (answer: Struct, change: (partition: Struct) => Struct): Struct => ({
  ...answer,
  topics: structsOf(answer['topics']).map(topic => ({
    ...topic,
    partitions: structsOf(topic['partitions']).map(change),
  })),
});
