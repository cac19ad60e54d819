import type { Offset } from '../transport/port.ts';
import { schema } from './schema.ts';
import { stream } from './stream.ts';
import type { Millis } from './time.ts';

/** A record that could not be processed: where it stands in the log, why, and its bytes as they were. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: Offset;
  readonly reason: string;
  /** The value of the record, unchanged: with it the record can be driven again. */
  readonly bytes: Buffer;
  /** The key of the record. */
  readonly key: string;
  /** The task that met it. */
  readonly task: string;
  /** When it was met, by the journalled clock of its epoch. */
  readonly time: Millis;
}

const deadLetterSchema = schema<DeadLetter>({
  type: 'record',
  name: 'DeadLetter',
  namespace: 'millrace',
  doc: 'A record that could not be processed: where it stands in the log, why, and its bytes as they were.',
  fields: [
    { name: 'topic', type: 'string', doc: 'Topic of the record.' },
    { name: 'partition', type: 'int', doc: 'Partition of the record.' },
    { name: 'offset', type: 'long', doc: 'Offset of the record.' },
    { name: 'reason', type: 'string', doc: 'Why it could not be processed.' },
    { name: 'bytes', type: 'bytes', doc: 'Value of the record, unchanged: with it the record can be driven again.' },
    { name: 'key', type: 'string', default: '', doc: 'Key of the record.' },
    { name: 'task', type: 'string', default: '', doc: 'The task that met it.' },
    {
      name: 'time',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When it was met, by the journalled clock of its epoch; milliseconds since 1970.',
    },
  ],
});

/** Where every record ends that cannot be processed; the letters of a partition stay together, in order. */
export const deadLetters = stream<DeadLetter>('dead-letters', {
  schema: deadLetterSchema,
  key: letter => `${letter.topic}/${letter.partition}`,
  time: letter => letter.time,
});
