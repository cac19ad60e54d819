/** Walks all records of a topic, whoever wrote them and however often. */
import type { Transport } from '../../src/transport/port.ts';
import { BatchCursor } from '../../src/transport/record.ts';

/** The record is good until the next one is asked for. */
export async function* recordsOfTopic(transport: Transport, topic: string) {
  for (let partition = 0; partition < (await transport.partitions(topic)); partition++) {
    const { start, end } = await transport.bounds({ topic, partition });
    const request = { topic, partition, from: start, to: end, maxRecords: end - start, maxBytes: Infinity };
    for (const batch of await transport.read(request)) yield* within(partition, new BatchCursor(batch));
  }
}

function* within(partition: number, record: BatchCursor) {
  while (record.next()) yield { partition, record };
}
