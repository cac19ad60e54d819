/** What of an epoch is traced: the records that it read, and what it wrote because of them. */
import type { SpanContext } from '@opentelemetry/api';
import type { Epoch } from '../../../engine/epoch.ts';
import { isNamed } from '../../../engine/input.ts';
import type { Span } from '../../../engine/plan.ts';
import type { TaskRuntime } from '../../../engine/runtime.ts';
import type { TopicPartition, Offset } from '../../../transport/port.ts';
import { BatchCursor, Kind, type RecordBatch } from '../../../transport/record.ts';
import { contextIn, isSampled } from '../context.ts';
import type { EpochName } from './span-id.ts';

/** One trace in one epoch. */
export interface Cause {
  /** As the header has it: of whoever sent the first record. */
  readonly context: SpanContext;
  /** Where it was read first; undefined where an earlier epoch read it, and something comes of it only now. */
  readonly read: (TopicPartition & { readonly offset: Offset }) | undefined;
  /** The task that wrote that record; undefined where it came from outside. */
  readonly writer: EpochName | undefined;
  /** Records of the trace that were read. */
  records: number;
  /** Records that were written, by topic, and the key of the first. */
  readonly appended: Map<string, Written>;
  /** Documents that were written, by collection, and the id of the first. */
  readonly replaced: Map<string, Written>;
}

export interface Written {
  count: number;
  readonly key: string;
}

/** By id of the trace, and how many traces are beyond the bound. */
export interface Causes {
  readonly told: ReadonlyMap<string, Cause>;
  readonly untold: number;
}

/** Traces of an epoch that are told; of a backlog a part has to do. */
export const mostCauses = 100;

/** Everything is looked at before the flush is over: then what the epoch wrote is at hand, and nobody waits for this. */
export function causesOf(task: TaskRuntime, { pulled }: Pick<Epoch, 'pulled'>): Causes {
  const causes = new Gathering();
  for (const { span, batches } of pulled)
    for (const batch of batches) for (const record of tracedIn(batch, span)) causes.read(span, record);
  for (const { topic, batches } of [...task.outputs.values()].flatMap(output => output.appends()))
    for (const batch of batches)
      for (const record of tracedIn({ ...batch, firstOffset: 0 }))
        causes.wrote('appended', record.trace(), { where: topic, key: () => record.key() });
  for (const [trace, { collection, id }] of task.documents.traced())
    causes.wrote('replaced', trace, { where: collection, key: () => id });
  return causes;
}

/** Records that carry a trace. Next to all of a stream have none: to see that takes no copy and no decoding. */
function* tracedIn(batch: RecordBatch, span?: Span): Iterable<BatchCursor> {
  const record = new BatchCursor(batch);
  while (record.next()) {
    if (record.keyEnd === record.valueStart || record.kind !== Kind.value) continue;
    if (span === undefined || isIn(span, record)) yield record;
  }
}

function isIn({ from, to, only }: Span, record: BatchCursor): boolean {
  if (record.offset < from || record.offset >= to) return false;
  return only === undefined || isNamed(only, record);
}

class Gathering implements Causes {
  readonly told = new Map<string, Cause>();
  readonly #beyond = new Set<string>();

  get untold(): number {
    return this.#beyond.size;
  }

  read({ stream: topic, partition }: Span, record: BatchCursor): void {
    const { offset, producer, lineage, epoch } = record;
    const cause = this.#of(record.trace(), {
      read: { topic, partition, offset },
      writer: producer === '' ? undefined : { producer, lineage, epoch },
    });
    if (cause !== undefined) cause.records++;
  }

  wrote(what: 'appended' | 'replaced', trace: string, { where, key }: { where: string; key: () => string }): void {
    const written = this.#of(trace, { read: undefined, writer: undefined })?.[what];
    const before = written?.get(where);
    if (before === undefined) written?.set(where, { count: 1, key: key() });
    else before.count++;
  }

  #of(header: string, first: Pick<Cause, 'read' | 'writer'>): Cause | undefined {
    const context = contextIn(header);
    if (context === undefined || !isSampled(context)) return undefined;
    const known = this.told.get(context.traceId);
    if (known !== undefined) return known;
    if (this.told.size >= mostCauses) {
      if (this.#beyond.size < mostCauses) this.#beyond.add(context.traceId);
      return undefined;
    }
    const cause: Cause = { context, ...first, records: 0, appended: new Map(), replaced: new Map() };
    this.told.set(context.traceId, cause);
    return cause;
  }
}
