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
  maxValueBytes,
  type Producer,
  RecordTooLarge,
  type SealedBatch,
} from '../transport/record.ts';
import type { AvroDefinition } from './definition.ts';
import { type SchemaReference, wordsOf } from './framing.ts';
import { batchesOf } from './log-values.ts';
import type { SchemaRegistry } from './registry.ts';
import { type SingleObject, SingleObjects } from './single-objects.ts';

/** What is held back before it is appended; whichever is reached first. */
const mostHeld = { records: 2_000, bytes: 1 << 20 };

/** Where records are copied from. */
export interface CopySource {
  readonly transport: Pick<Transport, 'bounds' | 'read'>;
  readonly registry: Pick<SchemaRegistry, 'find'>;
  /** The setting that would name a registry to be asked for such a schema, where that is why it is not known. */
  readonly unasked?: (reference: SchemaReference) => string | undefined;
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

/** A record names a schema of a registry that nobody has named. */
export class RegistryUnnamed extends MillraceError {
  readonly code = 'REGISTRY_UNNAMED';
}

/**
 * Everything that stands in the source now. What is appended there meanwhile, the next copy brings.
 * @throws {CopyDiffers} before anything is appended, or once somebody else has written there meanwhile; what a log
 * throws, and then the next copy goes on; {RecordTooLarge} for what the target does not take;
 * {RegistryUnnamed} before such a record is appended
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
    checkNamed(source, at, record);
    const known = isNew ? undefined : await nextOf(there);
    isNew = known === undefined;
    if (known === undefined) {
      if (record.unknown !== undefined) unknown++;
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

/** What the log says itself would be to write less, which nobody can who copies. */
const refusedThere = ({ topic, partition }: TopicPartition, held: Held, cause: RecordTooLarge): RecordTooLarge =>
  new RecordTooLarge(
    `${topic}/${partition} of the log that is copied to does not take the ${held.bytes} bytes that stand in the former one at ${held.first === held.last ? `offset ${held.first}` : `the offsets ${held.first} to ${held.last}`}`,
    `Let topic '${topic}' take more there at once (max.message.bytes, on Azure another tier), and copy again`,
    { cause },
  );

/** Copied as it is, nobody could read it where it is copied to, and the copy would look as if it were done. */
function checkNamed({ unasked }: CopySource, at: TopicPartition, { offset, unknown }: LogRecord): void {
  const setting = unknown === undefined ? undefined : unasked?.(unknown);
  if (unknown === undefined || setting === undefined) return;
  throw new RegistryUnnamed(
    `${at.topic}/${at.partition}@${offset} of the log that is copied from names ${wordsOf(unknown)}, and its settings name none`,
    `Set ${setting} among the settings of --from, and copy again`,
  );
}

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
  readonly unknown?: SchemaReference;
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

const valueOf = (record: BatchCursor, values: SingleObjects): SingleObject | Promise<SingleObject> =>
  record.kind === Kind.value ? values.of(record.value()) : { bytes: record.value() };

function envelopeOf(record: BatchCursor): Envelope {
  const { kind, watermark, origin } = record;
  return { kind: kindOf(kind), watermark, origin, key: record.key(), trace: record.trace() };
}

const kindOf = (kind: number): Kind =>
  kind === Kind.marker ? Kind.marker : kind === Kind.redacted ? Kind.redacted : Kind.value;

/** What waits to be appended, and where it comes from. */
interface Held {
  readonly records: number;
  readonly bytes: number;
  readonly first: Offset;
  readonly last: Offset;
}

const nothing: Held = { records: 0, bytes: 0, first: 0, last: 0 };

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
  #held = nothing;

  /** From the offset `start` on, if nobody else writes there. */
  constructor(target: CopyTarget, at: TopicPartition, start: Offset) {
    this.#target = target;
    this.#at = at;
    this.#start = start;
  }

  async add(record: LogRecord): Promise<void> {
    const { batch, producer, sequence, offset, envelope, value, definition } = record;
    if (definition !== undefined && !this.#registered.has(definition)) {
      await this.#target.registry.register(definition);
      this.#registered.add(definition);
    }
    // Other clients write larger ones than we do. Alone in its request, it is the one that a refusal means.
    const isLarge = value.length > maxValueBytes;
    if (isLarge) await this.flush();
    if (batch !== this.#batch) this.#seal();
    this.#batch = batch;
    this.#builder ??= new BatchBuilder(producer, sequence, Infinity);
    this.#builder.add(envelope, (buffer, at) => {
      const end = at + value.length;
      return end > buffer.length ? buffer.length - end : at + value.copy(buffer, at);
    });
    const { records, bytes, first } = this.#held;
    this.#held = {
      records: records + 1,
      bytes: bytes + value.length + envelope.key.length,
      first: records === 0 ? offset : first,
      last: offset,
    };
    const isFull = this.#held.records >= mostHeld.records || this.#held.bytes >= mostHeld.bytes;
    if (isLarge || isFull) await this.flush();
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
    const [first] = await this.#target.transport
      .append([{ ...this.#at, batches: this.#sealed }])
      .catch((error: unknown) => {
        throw error instanceof RecordTooLarge ? refusedThere(this.#at, this.#held, error) : error;
      });
    if (first !== undefined && first !== this.#next) throw notAlone(this.#at, this.#next, first);
    this.copied += this.#held.records;
    this.#sealed = [];
    this.#held = nothing;
  }

  #seal(): void {
    if (this.#builder !== undefined) this.#sealed.push(...this.#builder.take());
    this.#builder = undefined;
  }
}
