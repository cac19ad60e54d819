/** The log as a namespace sees it: its own topics under their plain names, its sources between two offsets. */
import type { Millis } from '../stream/time.ts';
import {
  type Append,
  type Bounds,
  type CommittedOffset,
  type Offset,
  OffsetOutOfRange,
  type ReadRequest,
  type TopicDescription,
  type TopicOptions,
  type TopicPartition,
  type Transport,
} from '../transport/port.ts';
import type { RecordBatch } from '../transport/record.ts';
import { type Namespace, ownName, type Source } from './namespace.ts';
import { startingAt, trimmed } from './trimmed.ts';

/** Wraps the log of the namespace's base; closing it closes that. */
export const namespaceTransport = (base: Transport, namespace: Namespace): Transport =>
  new NamespaceTransport(base, namespace);

class NamespaceTransport implements Transport {
  readonly #base: Transport;
  readonly #name: string;
  readonly #own: ReadonlySet<string>;
  readonly #topologies: ReadonlySet<string>;
  readonly #sources: ReadonlyMap<string, Source>;

  constructor(base: Transport, { name, topics, topologies, sources }: Namespace) {
    this.#base = base;
    this.#name = name;
    this.#own = new Set(topics.map(({ topic }) => topic));
    this.#topologies = new Set(topologies);
    this.#sources = new Map(sources.map(source => [keyOf(source), source]));
  }

  async createTopic(topic: string, options: TopicOptions): Promise<void> {
    await this.#base.createTopic(this.#nameOf(topic), options);
  }

  /** Those of the base that the namespace has its own of are not seen. */
  async topics(): Promise<readonly TopicDescription[]> {
    const all = await this.#base.topics();
    const own = new Map([...this.#own].map(topic => [ownName(this.#name, topic), topic]));
    return all
      .filter(({ topic }) => !this.#own.has(topic))
      .map(description => ({ ...description, topic: own.get(description.topic) ?? description.topic }));
  }

  async deleteTopic(topic: string): Promise<boolean> {
    return this.#base.deleteTopic(this.#nameOf(topic));
  }

  async partitions(topic: string): Promise<number> {
    return this.#base.partitions(this.#nameOf(topic));
  }

  async bounds(at: TopicPartition): Promise<Bounds> {
    const bounds = await this.#base.bounds(this.#at(at));
    const source = this.#sources.get(keyOf(at));
    if (source === undefined) return bounds;
    const { to, captured } = source;
    const end = Math.min(bounds.end, to ?? Infinity);
    return { start: Math.min(captured?.first ?? bounds.start, end), end };
  }

  /** What was captured has no time of append here: whatever lies before the log begins with the first of it. */
  async offsetAt(at: TopicPartition, time: Millis): Promise<Offset> {
    const found = await this.#base.offsetAt(this.#at(at), time);
    const source = this.#sources.get(keyOf(at));
    if (source === undefined) return found;
    const { captured, to } = source;
    if (captured !== null && found <= captured.next) return captured.first;
    return Math.min(found, to ?? Infinity);
  }

  async read(request: ReadRequest): Promise<readonly RecordBatch[]> {
    const source = this.#sources.get(keyOf(request));
    if (source === undefined) return this.#base.read({ ...request, ...this.#at(request) });
    const { from } = request;
    const to = Math.min(request.to ?? Infinity, source.to ?? Infinity);
    if (source.to !== null && from > source.to) throw new OffsetOutOfRange(request, from, await this.bounds(request));
    if (from >= to) return [];
    const { captured } = source;
    const batches =
      captured !== null && from < captured.next
        ? await this.#joined(request, captured, to)
        : await this.#base.read(to === Infinity ? request : { ...request, to });
    return trimmed(batches, source.to ?? Infinity);
  }

  async append(appends: readonly Append[]): Promise<readonly Offset[]> {
    return this.#base.append(appends.map(append => ({ ...append, ...this.#at(append) })));
  }

  async grown(past: readonly CommittedOffset[], signal: AbortSignal): Promise<void> {
    const growing = past.filter(at => at.offset < (this.#sources.get(keyOf(at))?.to ?? Infinity));
    if (growing.some(at => at.offset < (this.#sources.get(keyOf(at))?.captured?.next ?? 0))) return;
    await this.#base.grown(
      growing.map(at => ({ ...at, ...this.#at(at) })),
      signal,
    );
  }

  async commit(group: string, offsets: readonly CommittedOffset[]): Promise<void> {
    await this.#base.commit(
      this.#groupOf(group),
      offsets.map(at => ({ ...at, ...this.#at(at) })),
    );
  }

  async committed(group: string): Promise<readonly CommittedOffset[]> {
    const plain = new Map([...this.#own].map(topic => [ownName(this.#name, topic), topic]));
    const offsets = await this.#base.committed(this.#groupOf(group));
    return offsets.map(at => ({ ...at, topic: plain.get(at.topic) ?? at.topic }));
  }

  applyRetention(now: Millis): Promise<number> {
    return this.#base.applyRetention(now);
  }

  close(): Promise<void> {
    return this.#base.close();
  }

  /**
   * What was captured, and what the log has behind it. Both at once: who gets less than it asked for is at the end of
   * the log, and the model would be trained of what was captured alone.
   */
  async #joined(request: ReadRequest, captured: Captured, to: Offset): Promise<readonly RecordBatch[]> {
    const front = await this.#captured(request, captured, to);
    const last = front.at(-1);
    if (last === undefined || last.firstOffset + last.records < captured.next || captured.next >= to) return front;
    const from = captured.next;
    const maxRecords = request.maxRecords - (from - request.from);
    const maxBytes = request.maxBytes - front.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (maxRecords <= 0 || maxBytes <= 0) return front;
    const limits = to === Infinity ? {} : { to };
    const behind = await this.#base.read({ ...request, from, maxRecords, maxBytes, ...limits });
    return [...front, ...startingAt(behind, from)];
  }

  /** They lie in their topic from 0 on, and are numbered as they were in the log. */
  async #captured(request: ReadRequest, { first, next }: Captured, to: Offset): Promise<readonly RecordBatch[]> {
    const { topic, partition, from } = request;
    if (from < first) throw new OffsetOutOfRange(request, from, await this.bounds(request));
    const place = { topic: ownName(this.#name, topic), partition };
    const stretch = { from: from - first, to: Math.min(to, next) - first };
    const batches = await this.#base.read({ ...request, ...place, ...stretch });
    return trimmed(
      batches.map(batch => ({ ...batch, firstOffset: batch.firstOffset + first })),
      next,
    );
  }

  #nameOf(topic: string): string {
    return this.#own.has(topic) ? ownName(this.#name, topic) : topic;
  }

  #at({ topic, partition }: TopicPartition): TopicPartition {
    return { topic: this.#nameOf(topic), partition };
  }

  #groupOf(group: string): string {
    return this.#topologies.has(group) ? ownName(this.#name, group) : group;
  }
}

type Captured = NonNullable<Source['captured']>;

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
