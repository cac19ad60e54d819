/**
 * Copies a partition of a log to the one of the same number of another, for who moves: in order, each record once,
 * however often it is begun again. What stands there already has to be what was copied before, which is compared record
 * by record, so nothing has to be remembered but the copy itself.
 */
import { MillraceError } from '../errors.ts';
import type { Bounds, Offset, TopicPartition, Transport } from '../transport/port.ts';
import {
  BatchBuilder,
  BatchCursor,
  type Envelope,
  Kind,
  type Producer,
  type SealedBatch,
} from '../transport/record.ts';
import type { AvroDefinition } from './definition.ts';
import { batchesOf } from './log-values.ts';
import type { SchemaRegistry } from './registry.ts';
import { SingleObjects } from './single-objects.ts';

/** What is held back before it is appended; whichever is reached first. */
const mostHeld = { records: 2_000, bytes: 1 << 20 };

/** Where records are copied from. */
export interface CopySource {
  readonly transport: Pick<Transport, 'bounds' | 'read'>;
  readonly registry: Pick<SchemaRegistry, 'find'>;
}

/** Where they are copied to; of the schemas that they name it learns first. */
export interface CopyTarget {
  readonly transport: Pick<Transport, 'bounds' | 'read' | 'append'>;
  readonly registry: SchemaRegistry;
}

export interface CopyOptions {
  /** Ends it after what is in the log by then. */
  readonly signal: AbortSignal;
}

/** Counts of records. */
export interface PartitionCopied {
  readonly copied: number;
  /** Of an earlier copy. */
  readonly before: number;
  /** Offsets at the front that were no longer in the log: copies stand so much further to the front. */
  readonly gone: number;
  /** Of those that were copied: they name a schema that is in no registry, and are copied as they are. */
  readonly unknown: number;
}

/** What stands in the log is not what would be copied there, or was written there beside the copy. */
export class CopyDiffers extends MillraceError {
  readonly code = 'COPY_DIFFERS';
}

/**
 * Everything that stands in the source now. What is appended there meanwhile, the next copy brings.
 * @throws {CopyDiffers} before anything is appended, or once somebody else has written there meanwhile; what a log
 * throws, and then the next copy goes on
 */
export async function copyPartition(
  source: CopySource,
  target: CopyTarget,
  at: TopicPartition,
  { signal }: CopyOptions,
): Promise<PartitionCopied> {
  const [from, to] = [await source.transport.bounds(at), await target.transport.bounds(at)];
  if (to.start > 0) throw refusalOf(at, `has lost what stood before offset ${to.start} to retention`);
  const there = recordsOf(target, at, to);
  const copies = new Copies(target, at, to.end);
  let [before, unknown, isNew] = [0, 0, false];
  for await (const record of recordsOf(source, at, from)) {
    if (signal.aborted) break;
    const known = isNew ? undefined : await nextOf(there);
    isNew = known === undefined;
    if (known === undefined) {
      if (record.isUnknown) unknown++;
      await copies.add(record);
    } else if (isSame(record, known)) before++;
    else
      throw refusalOf(at, `has another record at offset ${known.offset} than is copied from offset ${record.offset}`);
  }
  const further = isNew || signal.aborted ? undefined : await nextOf(there);
  if (further !== undefined) throw refusalOf(at, `has a record at offset ${further.offset} that is no copy`);
  await copies.flush();
  if (copies.copied > 0) copies.checkEnd((await target.transport.bounds(at)).end);
  return { copied: copies.copied, before, gone: from.start, unknown };
}

/** Copies that run at once, whoever imports there, and a broker that was asked twice and has taken both. */
const notAlone = ({ topic, partition }: TopicPartition, expected: Offset, found: Offset): CopyDiffers =>
  new CopyDiffers(
    `${topic}/${partition} of the log that is copied to has got records of somebody else meanwhile, or some of these twice: offset ${expected} would have been next, and it was ${found}`,
    'Stop whoever else writes there, another copy too; then delete and create the topic, and copy again',
  );

const refusalOf = ({ topic, partition }: TopicPartition, what: string): CopyDiffers =>
  new CopyDiffers(
    `${topic}/${partition} of the log that is copied to ${what}`,
    'Copy into topics that nobody else has written to: delete and create them, or take another log',
  );

interface LogRecord {
  readonly producer: Producer;
  /** Counts batches: those of one are sealed together again. */
  readonly batch: number;
  readonly sequence: number;
  readonly offset: Offset;
  /**
   * With the time at which it entered the log that it is copied from: what is valid goes by that, and an erasure goes by
   * it from one partition to another.
   */
  readonly envelope: Envelope;
  readonly value: Buffer;
  readonly definition?: AvroDefinition | undefined;
  readonly isUnknown: boolean;
}

/** When it entered the log does not count: a broker's topic may have times of its own. */
const isSame = (a: LogRecord, b: LogRecord): boolean =>
  a.envelope.kind === b.envelope.kind && a.envelope.key === b.envelope.key && a.value.equals(b.value);

async function nextOf(records: AsyncGenerator<LogRecord, undefined>): Promise<LogRecord | undefined> {
  return (await records.next()).value;
}

async function* recordsOf(
  { transport, registry }: CopySource,
  at: TopicPartition,
  { start, end }: Bounds,
): AsyncGenerator<LogRecord, undefined> {
  const values = new SingleObjects(registry);
  let batches = 0;
  for await (const { next, batch } of batchesOf(transport, at, { from: start, to: end })) {
    batches++;
    const record = new BatchCursor(batch);
    const { producer: name, lineage, epoch } = record;
    while (record.next()) {
      const { offset, sequence } = record;
      if (offset < next || offset >= end) continue;
      const { bytes, ...named } = await valueOf(record, values);
      const envelope = envelopeOf(record);
      yield { producer: { name, lineage, epoch }, batch: batches, sequence, offset, envelope, value: bytes, ...named };
    }
  }
}

const valueOf = (record: BatchCursor, values: SingleObjects) =>
  record.kind === Kind.value ? values.of(record.value()) : { bytes: record.value(), isUnknown: false };

function envelopeOf(record: BatchCursor): Envelope {
  const { kind, watermark, origin } = record;
  return { kind: kindOf(kind), watermark, origin, key: record.key(), trace: record.trace() };
}

const kindOf = (kind: number): Kind =>
  kind === Kind.marker ? Kind.marker : kind === Kind.redacted ? Kind.redacted : Kind.value;

/** What is to be appended, in the batches that it came in. */
class Copies {
  copied = 0;
  readonly #target: CopyTarget;
  readonly #at: TopicPartition;
  readonly #registered = new Set<AvroDefinition>();
  readonly #start: Offset;
  #builder: BatchBuilder | undefined;
  #batch = 0;
  #sealed: SealedBatch[] = [];
  #held = { records: 0, bytes: 0 };

  /** From the offset `start` on, if nobody else writes there. */
  constructor(target: CopyTarget, at: TopicPartition, start: Offset) {
    this.#target = target;
    this.#at = at;
    this.#start = start;
  }

  async add({ batch, producer, sequence, envelope, value, definition }: LogRecord): Promise<void> {
    if (definition !== undefined && !this.#registered.has(definition)) {
      await this.#target.registry.register(definition);
      this.#registered.add(definition);
    }
    if (batch !== this.#batch) this.#seal();
    this.#batch = batch;
    this.#builder ??= new BatchBuilder(producer, sequence);
    this.#builder.add(envelope, (buffer, at) => {
      const end = at + value.length;
      return end > buffer.length ? buffer.length - end : at + value.copy(buffer, at);
    });
    this.#held.records++;
    this.#held.bytes += value.length + envelope.key.length;
    if (this.#held.records >= mostHeld.records || this.#held.bytes >= mostHeld.bytes) await this.flush();
  }

  /** What the last request has brought is followed by nothing, either. */
  checkEnd(end: Offset): void {
    if (end > this.#next) throw notAlone(this.#at, this.#next, end);
  }

  get #next(): Offset {
    return this.#start + this.copied;
  }

  /** Durable when it resolves. */
  async flush(): Promise<void> {
    this.#seal();
    if (this.#sealed.length === 0) return;
    const [first] = await this.#target.transport.append([{ ...this.#at, batches: this.#sealed }]);
    if (first !== undefined && first !== this.#next) throw notAlone(this.#at, this.#next, first);
    this.copied += this.#held.records;
    this.#sealed = [];
    this.#held = { records: 0, bytes: 0 };
  }

  #seal(): void {
    if (this.#builder !== undefined) this.#sealed.push(...this.#builder.take());
    this.#builder = undefined;
  }
}
