/** How the model's error went from version to version: the end of the topic `model-versions`, in memory. */
import type { ModelVersion } from '../../../schemas/types.ts';
import { modelVersions } from '../../../topologies/streams.ts';
import { type LogPorts, PartitionValues } from '../../stream/log-values.ts';
import type { Offset } from '../../transport/port.ts';

/** Versions that are kept; the topic may hold any number. */
const versionsKept = 2_000;
/** Versions that an answer holds at most. */
export const mostVersions = 1_000;
/** The recent error is over so many events or more. */
export const recentEvents = 100;

/** What a version was worth when it came: each event is predicted before it is learnt. */
export interface VersionStanding {
  /** `generation.number`. */
  readonly version: string;
  /** Event time of the newest rating learnt, ISO 8601. */
  readonly at: string;
  /** Ratings predicted so far in the generation. */
  readonly records: number;
  /** Root of the mean squared error in stars, over all of them; null before the first. */
  readonly rmse: number | null;
  /**
   * The same over those that came since the newest version with at least 100 fewer, or since the generation began; null
   * where that version is no longer in memory.
   */
  readonly recentRmse: number | null;
}

interface Kept extends VersionStanding {
  readonly generation: number;
  readonly squaredErrorSum: number;
}

/** Nothing predicted yet. */
const beginning = { records: 0, squaredErrorSum: 0 };

export class ModelHistory {
  readonly #ports: LogPorts;
  #values: PartitionValues<ModelVersion>;
  #at: Offset | undefined;
  #kept: Kept[] = [];
  /** Whether `#kept` holds all that the topic ever held. */
  #isWhole = false;
  #refreshing: Promise<void> | undefined;

  constructor(ports: LogPorts) {
    this.#ports = ports;
    this.#values = new PartitionValues(ports, modelVersions, 0);
  }

  /** The newest n, oldest first; none before the first, and where there is no such topic. @throws {UnreadableRecord} */
  async newest(n: number): Promise<readonly VersionStanding[]> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
    return this.#kept.slice(-n).map(({ version, at, records, rmse, recentRmse }) => {
      return { version, at, records, rmse, recentRmse };
    });
  }

  async #refresh(): Promise<void> {
    const { transport } = this.#ports;
    const topics = await transport.topics();
    if (!topics.some(({ topic }) => topic === modelVersions.name)) return;
    const { start, end } = await transport.bounds({ topic: modelVersions.name, partition: 0 });
    if (this.#at === undefined || this.#at < start || this.#at > end) this.#begin(start, end);
    for await (const version of this.#values.read(this.#at ?? start, end)) this.#take(version);
    this.#at = end;
  }

  /** At the end of the log; also where it was made anew, or retention has passed us. */
  #begin(start: Offset, end: Offset): void {
    this.#at = Math.max(start, end - versionsKept);
    this.#isWhole = this.#at === 0;
    this.#kept = [];
    this.#values = new PartitionValues(this.#ports, modelVersions, 0);
  }

  #take({ generation, number, time, prequential }: ModelVersion): void {
    const { records, squaredErrorSum, rmse } = prequential;
    const at = new Date(time).toISOString();
    const recentRmse = this.#recent(generation, prequential);
    const version = `${generation}.${number}`;
    this.#kept.push({ version, at, records, rmse, recentRmse, generation, squaredErrorSum });
    if (this.#kept.length <= versionsKept) return;
    this.#kept.shift();
    this.#isWhole = false;
  }

  #recent(generation: number, now: Pick<Kept, 'records' | 'squaredErrorSum'>): number | null {
    const base = this.#kept.findLast(before => before.generation !== generation || isLongBefore(before, now));
    if (base === undefined) return this.#isWhole ? between(beginning, now) : null;
    return between(base.generation === generation ? base : beginning, now);
  }
}

type Sums = Pick<Kept, 'records' | 'squaredErrorSum'>;

const isLongBefore = (before: Sums, now: Sums): boolean => now.records - before.records >= recentEvents;

function between(before: Sums, now: Sums): number | null {
  const records = now.records - before.records;
  return records === 0 ? null : Math.sqrt(Math.max(0, now.squaredErrorSum - before.squaredErrorSum) / records);
}
