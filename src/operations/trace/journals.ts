/** Which epoch of a task read a record, by the plans that its journal still has, and by how far it has read. */
import type { Journal } from '../../documents/port.ts';
import { decodePlan, type Plan } from '../../engine/plan.ts';
import type { Offset, TopicPartition } from '../../transport/port.ts';
import { type LogEnds, lookAt, once, placeOf } from '../log-look.ts';
import type { Reading } from './found.ts';

/** Plans of a task that are looked at, the newest. */
const mostPlans = 5_000;
const page = 500;

export interface JournalsOptions {
  readonly journal: Pick<Journal, 'head' | 'after'>;
  readonly transport: LogEnds;
}

/** A task of a topology. */
interface Reader {
  readonly topology: string;
  readonly task: string;
}

export class Journals {
  readonly #journal: JournalsOptions['journal'];
  readonly #log: LogEnds;
  readonly #plans = new Map<string, Promise<readonly Plan[]>>();

  constructor({ journal, transport }: JournalsOptions) {
    this.#journal = journal;
    this.#log = lookAt(transport);
  }

  async readingOf({ topology, task }: Reader, at: TopicPartition, offset: Offset): Promise<Omit<Reading, 'steps'>> {
    const plans = await this.#plansOf(task);
    const isHere = (place: { readonly stream: string; readonly partition: number }): boolean =>
      place.stream === at.topic && place.partition === at.partition;
    for (const plan of plans) {
      if (!plan.spans.some(span => isHere(span) && span.from <= offset && offset < span.to)) continue;
      const skip = plan.skip.find(skipped => isHere(skipped) && skipped.offset === offset);
      const { epoch, clock } = plan;
      return { task, state: skip === undefined ? 'planned' : 'skipped', epoch, clock, reason: skip?.reason ?? null };
    }
    // A task that has read nothing of the place for long has no plan of it any more.
    const hasPassed =
      plans.some(({ spans }) => spans.some(span => isHere(span) && span.from > offset)) ||
      (await this.#committedAt(topology, at)) > offset;
    return { task, state: hasPassed ? 'forgotten' : 'waiting', epoch: null, clock: null, reason: null };
  }

  #plansOf(task: string): Promise<readonly Plan[]> {
    return once(this.#plans, task, () => this.#read(task));
  }

  /** Up to where a topology has read, as it has told the log now and then. */
  async #committedAt(topology: string, at: TopicPartition): Promise<Offset> {
    const offsets = await this.#log.committed(topology);
    return offsets.find(place => placeOf(place) === placeOf(at))?.offset ?? 0;
  }

  async #read(task: string): Promise<readonly Plan[]> {
    const head = await this.#journal.head(task);
    if (head === undefined) return [];
    const plans: Plan[] = [];
    for (let after = Math.max(0, head.epoch - mostPlans); ;) {
      const entries = await this.#journal.after(task, after, page);
      for (const { plan } of entries) plans.push(decodePlan(task, plan));
      const last = entries.at(-1);
      if (last === undefined || entries.length < page) return plans;
      after = last.epoch;
    }
  }
}
