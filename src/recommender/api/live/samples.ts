/** The figures of the whole process at a moment, and how fast events come. */
import type { Millis } from '../../../stream/time.ts';
import type { ModelHistory } from '../model-history.ts';
import type { LiveFigures, LiveSource } from './source.ts';

/** Events per second are those of so many samples: tasks tell about once a second how far they are. */
const samplesKept = 10;

export interface LiveSample extends LiveFigures {
  /** ISO 8601. */
  readonly at: string;
  /** Over the newest ten samples. */
  readonly eventsPerSecond: number;
  readonly model: {
    readonly version: string;
    readonly records: number;
    readonly rmse: number | null;
    readonly recentRmse: number | null;
  } | null;
}

interface Count {
  readonly at: Millis;
  readonly records: number;
}

export class LiveSamples {
  readonly #source: LiveSource;
  readonly #history: ModelHistory;
  readonly #clock: { now(): Millis };
  #counts: Count[] = [];
  #newest: LiveSample | undefined;

  constructor(source: LiveSource, history: ModelHistory, clock: { now(): Millis }) {
    this.#source = source;
    this.#history = history;
    this.#clock = clock;
  }

  /** Undefined before the first. */
  get newest(): LiveSample | undefined {
    return this.#newest;
  }

  async take(): Promise<LiveSample> {
    const figures = await this.#source.sample();
    const [version] = await this.#history.newest(1);
    const now = this.#clock.now();
    const eventsPerSecond = this.#rate({ at: now, records: figures.records });
    const at = new Date(now).toISOString();
    const model = version === undefined ? null : modelOf(version);
    this.#newest = { at, eventsPerSecond, ...figures, model };
    return this.#newest;
  }

  /** Nobody watches any more: a later rate is that of a later time. */
  forget(): void {
    this.#newest = undefined;
    this.#counts = [];
  }

  #rate(count: Count): number {
    this.#counts.push(count);
    if (this.#counts.length > samplesKept) this.#counts.shift();
    const [oldest = count] = this.#counts;
    const elapsed = count.at - oldest.at;
    return elapsed <= 0 ? 0 : Math.max(0, ((count.records - oldest.records) * 1_000) / elapsed);
  }
}

const modelOf = ({ version, records, rmse, recentRmse }: NonNullable<LiveSample['model']>) => {
  return { version, records, rmse, recentRmse };
};
