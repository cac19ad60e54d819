import type { AvroDefinition } from './definition.ts';
import type { Offset } from '../transport/port.ts';

/** Everything of a partition up to `end` has been read. */
export interface ReadSpan {
  readonly stream: string;
  readonly partition: number;
  /** First offset that was not read. */
  readonly end: Offset;
}

/**
 * What a task wrote to a partition: its sequences from `first` up to, not including, `next`. They are found at
 * `notBefore` or later: re-execution moves offsets and repeats sequences.
 */
export interface WroteSpan {
  readonly stream: string;
  readonly partition: number;
  readonly notBefore: Offset;
  readonly first: number;
  readonly next: number;
}

/** What one epoch of a task had read and wrote: whoever is clocked by the record that holds it applies exactly that. */
export interface Cut {
  /** The task that wrote, as its batches name it. */
  readonly producer: string;
  readonly lineage: number;
  readonly epoch: number;
  readonly read: readonly ReadSpan[];
  readonly wrote: readonly WroteSpan[];
}

/** Avro's definition of `Cut`, to be put into the schema of a record that carries one. */
export const cutDefinition: AvroDefinition = {
  type: 'record',
  name: 'millrace.Cut',
  doc: 'What one epoch of a task had read and wrote.',
  fields: [
    { name: 'producer', type: 'string', doc: 'The task that wrote.' },
    { name: 'lineage', type: 'long', doc: 'Raised when a task is reset or its partitions change.' },
    { name: 'epoch', type: 'long', doc: 'The epoch of the task.' },
    {
      name: 'read',
      doc: 'How far each partition had been read.',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'millrace.ReadSpan',
          doc: 'A partition, read up to an offset.',
          fields: [
            { name: 'stream', type: 'string', doc: 'Name of the stream.' },
            { name: 'partition', type: 'int', doc: 'Number of the partition.' },
            { name: 'end', type: 'long', doc: 'First offset that was not read.' },
          ],
        },
      },
    },
    {
      name: 'wrote',
      doc: 'What was written to each partition.',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'millrace.WroteSpan',
          doc: "A span of the task's sequences in one partition.",
          fields: [
            { name: 'stream', type: 'string', doc: 'Name of the stream.' },
            { name: 'partition', type: 'int', doc: 'Number of the partition.' },
            { name: 'notBefore', type: 'long', doc: 'No record of the span has a lower offset.' },
            { name: 'first', type: 'long', doc: 'First sequence of the span.' },
            { name: 'next', type: 'long', doc: 'First sequence after the span.' },
          ],
        },
      },
    },
  ],
};
