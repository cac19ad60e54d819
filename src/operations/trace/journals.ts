/** Which epoch of a task read a record, by the plans that its journal still has, and by how far it has read. */
import type { Journal } from '../../documents/port.ts';
import { decodePlan, type Plan } from '../../engine/plan.ts';
import type { Offset, TopicPartition, Transport } from '../../transport/port.ts';
import { once, placeOf } from '../log-look.ts';
import type { Reading } from './found.ts';

/** Plans of a task that are looked at, the newest. */
const mostPlans = 5_000;
const page = 500;

export interface JournalsOptions {
  readonly journal: Pick<Journal, 'head' | 'after'>;
  readonly transport: Pick<Transport, 'committed'>;
}

export class Journals {
  readonly #options: JournalsOptions;
  readonly #plans = new Map<string, Promise<readonly Plan[]>>();
  readonly #committed = new Map<string, Promise<ReadonlyMap<string, Offset>>>();

  constructor(options: JournalsOptions) {
    this.#options = options;
  }

  async readingOf(task: string, at: TopicPartition, offset: Offset): Promise<Omit<Reading, 'steps'>> {
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
      (await this.#committedAt(task, at)) > offset;
    return { task, state: hasPassed ? 'forgotten' : 'waiting', epoch: null, clock: null, reason: null };
  }

  #plansOf(task: string): Promise<readonly Plan[]> {
    return once(this.#plans, task, () => this.#read(task));
  }

  /** Up to where its topology has read, as it has told the log now and then. */
  async #committedAt(task: string, at: TopicPartition): Promise<Offset> {
    const topology = task.slice(0, task.lastIndexOf('/'));
    const committed = await once(this.#committed, topology, async () => {
      const offsets = await this.#options.transport.committed(topology);
      return new Map(offsets.map(place => [placeOf(place), place.offset]));
    });
    return committed.get(placeOf(at)) ?? 0;
  }

  async #read(task: string): Promise<readonly Plan[]> {
    const { journal } = this.#options;
    const head = await journal.head(task);
    if (head === undefined) return [];
    const plans: Plan[] = [];
    for (let after = Math.max(0, head.epoch - mostPlans); ;) {
      const entries = await journal.after(task, after, page);
      for (const { plan } of entries) plans.push(decodePlan(task, plan));
      const last = entries.at(-1);
      if (last === undefined || entries.length < page) return plans;
      after = last.epoch;
    }
  }
}
