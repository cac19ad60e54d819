/** Which events the model has learnt: one follower of `model-versions` for all who wait, and only while somebody does. */
import type { ModelVersion } from '../../../schemas/types.ts';
import { modelVersions, ratings } from '../../../topologies/streams.ts';
import { type LogPorts, PartitionValues } from '../../stream/log-values.ts';
import type { Millis } from '../../stream/time.ts';
import type { Offset, Transport } from '../../transport/port.ts';
import { ownVersion } from '../domain/own-version.ts';
import { Waiting } from './waiting.ts';

/** An event of `ratings`, by where it stands. */
export interface EventPlace {
  readonly partition: number;
  readonly offset: Offset;
}

export type LearntVersion = Pick<ModelVersion, 'generation' | 'number'>;

/** Which events the model has learnt, as one tenant is told of it. */
export interface Learnt {
  /** The first version known that has learnt the event; undefined where none has, once so many milliseconds are over. */
  wait(place: EventPlace, atMost_ms: Millis): Promise<LearntVersion | undefined>;
  /** Ends all waiting, of all tenants. */
  close(): Promise<void>;
}

type Version = LearntVersion & Pick<ModelVersion, 'time' | 'tenants'>;

export interface LearntParts extends LogPorts {
  readonly transport: LogPorts['transport'] & Pick<Transport, 'grown'>;
  readonly clock: { now(): Millis; sleep(duration: Millis, signal: AbortSignal): Promise<void> };
  /** Told of what ended the following; who waited is told that nothing is known of it. */
  readonly report: (error: unknown) => void;
}

/** Versions read back where the following begins: the newest is among them, whatever markers stand behind it. */
const readBack = 64;

/** Versions of which it is remembered, by partition, how far they had come. */
const mostRemembered = 64;

const versionsAt = { topic: modelVersions.name, partition: 0 } as const;

export class LearntOffsets {
  readonly #parts: LearntParts;
  readonly #waiting: Waiting<EventPlace, Version>;
  /** How far versions have come in each partition, oldest first: a list is written with the first that has learnt something. */
  readonly #ends = new Map<number, { readonly end: Offset; readonly version: Version }[]>();
  #values: PartitionValues<ModelVersion>;
  #at: Offset | undefined;
  #reading: Promise<boolean> | undefined;

  constructor(parts: LearntParts) {
    this.#parts = parts;
    this.#values = new PartitionValues(parts, modelVersions, 0);
    this.#waiting = new Waiting({ ...parts, run: signal => this.#follow(signal) });
  }

  of(tenant: string): Learnt {
    return {
      wait: async (...asked) => {
        const version = await this.#wait(...asked);
        return version && ownVersion(version, tenant);
      },
      close: () => this.close(),
    };
  }

  /** Ends all waiting. */
  close(): Promise<void> {
    return this.#waiting.close();
  }

  async #wait(place: EventPlace, atMost_ms: Millis): Promise<Version | undefined> {
    try {
      // First a look: the loop may sleep until the next version, which need not come.
      await this.#refresh();
    } catch (error) {
      this.#parts.report(error);
      return undefined;
    }
    const known = this.#learntBy(place);
    return known !== undefined || atMost_ms === 0 ? known : this.#waiting.wait(place, atMost_ms);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Nobody learns in such a log.
      if (!(await this.#refresh())) return;
      this.#settle();
      await this.#parts.transport.grown([{ ...versionsAt, offset: this.#at ?? 0 }], signal);
    }
  }

  /** Reads what has come; who asks meanwhile shares the reading. Answers whether there is such a topic. */
  #refresh(): Promise<boolean> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<boolean> {
    const { transport } = this.#parts;
    if (!(await transport.topics()).some(({ topic }) => topic === versionsAt.topic)) return false;
    await this.#readOn(await transport.bounds(versionsAt));
    return true;
  }

  async #readOn({ start, end }: { readonly start: Offset; readonly end: Offset }): Promise<void> {
    if (this.#at === undefined || this.#at < start || this.#at > end) this.#begin(Math.max(start, end - readBack));
    for await (const version of this.#values.read(this.#at ?? start, end)) {
      this.#take(version);
      this.#settle();
    }
    this.#at = end;
  }

  /** At the end of the log; also where it was made anew, or retention has passed us. */
  #begin(at: Offset): void {
    this.#at = at;
    this.#ends.clear();
    this.#values = new PartitionValues(this.#parts, modelVersions, 0);
  }

  #take({ generation, number, time, tenants, learnt }: ModelVersion): void {
    const version = { generation, number, time, tenants };
    for (const { stream, partition, end } of learnt) {
      if (stream !== ratings.name) continue;
      const ends = this.#ends.get(partition) ?? [];
      if ((ends.at(-1)?.end ?? 0) < end) this.#ends.set(partition, [...ends, { end, version }].slice(-mostRemembered));
    }
  }

  #settle(): void {
    this.#waiting.settle(place => this.#learntBy(place));
  }

  #learntBy({ partition, offset }: EventPlace): Version | undefined {
    return this.#ends.get(partition)?.find(({ end }) => end > offset)?.version;
  }
}
