/**
 * The journals, in one container partitioned by task. A head and the plan that it stands at change together, in one
 * transactional batch under the head's etag: whoever was taken over finds another etag, and is refused.
 */
import type { OperationInput } from '@azure/cosmos';
import { Fenced } from '../../errors.ts';
import { pageLimit } from '../limit.ts';
import type { Journal, JournalEntry, JournalHead } from '../port.ts';
import { contended, JournalHeads, type JournalStore, mostRounds } from './journal-heads.ts';
import { type Head, newHead, planItem } from './journal-items.ts';
import { readPlans, removePlans } from './journal-plans.ts';
import type { Turns } from './turns.ts';

export class CosmosJournal implements Journal {
  readonly #store: JournalStore;
  readonly #turns: Turns;
  readonly #heads: JournalHeads;

  constructor(store: JournalStore, turns: Turns) {
    this.#store = store;
    this.#turns = turns;
    this.#heads = new JournalHeads(store);
  }

  takeFence(task: string): Promise<JournalHead> {
    return this.#inTurn(task, async () => {
      const taken = await this.#heads.change(task, head =>
        head === undefined ? newHead : { ...head, fence: head.fence + 1 },
      );
      if (taken.leftovers !== null) await removePlans(this.#store, task, taken.leftovers);
      return plain(taken);
    });
  }

  head(task: string): Promise<JournalHead | undefined> {
    return this.#inTurn(task, async () => {
      const head = await this.#heads.read(task);
      return head && plain(head);
    });
  }

  append(task: string, fence: number, entry: JournalEntry): Promise<void> {
    const isNext = ({ epoch }: Head): boolean => epoch === entry.epoch - 1;
    return this.#written(task, async () => {
      const head = await this.#heads.under(task, fence, isNext);
      if (head?.fence === fence && (await this.#isNewest(task, head, entry))) return true;
      if (head?.fence !== fence || !isNext(head)) refuse(task, fence, `append epoch ${entry.epoch}`, head);
      const next = { ...head, epoch: entry.epoch, leftovers: null };
      return this.#heads.write(task, head, next, [this.#plan('Create', task, next, entry)]);
    });
  }

  amend(task: string, fence: number, entry: JournalEntry): Promise<void> {
    const isNewest = ({ trimmed, epoch }: Head): boolean => entry.epoch > trimmed && entry.epoch === epoch;
    return this.#written(task, async () => {
      const head = await this.#heads.under(task, fence, isNewest);
      if (head?.fence !== fence || !isNewest(head)) refuse(task, fence, `amend epoch ${entry.epoch}`, head);
      return this.#heads.write(task, head, head, [this.#plan('Upsert', task, head, entry)]);
    });
  }

  after(task: string, epoch: number, limit: number): Promise<readonly JournalEntry[]> {
    return this.#inTurn(task, () => this.#plansAfter(task, epoch, pageLimit(limit)));
  }

  trim(task: string, epoch: number): Promise<void> {
    return this.#inTurn(task, async () => {
      const head = await this.#heads.read(task);
      const upTo = Math.min(epoch, head?.epoch ?? 0);
      if (head === undefined || upTo <= head.trimmed) return;
      const { lineage } = head;
      await removePlans(this.#store, task, { lineage, after: head.trimmed, upTo });
      await this.#heads.change(task, (now = head) =>
        now.lineage === lineage ? { ...now, trimmed: Math.max(now.trimmed, upTo) } : now,
      );
    });
  }

  reset(task: string, fence: number): Promise<JournalHead> {
    return this.#inTurn(task, async () => {
      const before = await this.#heads.read(task);
      if (before?.fence === fence && before.leftovers !== null) await removePlans(this.#store, task, before.leftovers);
      const after = await this.#heads.change(task, head => {
        if (head?.fence !== fence) refuse(task, fence, 'reset', head);
        const leftovers = { lineage: head.lineage, after: head.trimmed, upTo: head.epoch };
        return { fence, lineage: head.lineage + 1, epoch: 0, trimmed: 0, leftovers };
      });
      if (after.leftovers !== null) await removePlans(this.#store, task, after.leftovers);
      return plain(after);
    });
  }

  #inTurn<R>(task: string, work: () => Promise<R>): Promise<R> {
    return this.#turns.take([JSON.stringify(['journal', task])], work);
  }

  /** Tries until it is done or refused: between reading the head and writing it somebody else may have changed it. */
  #written(task: string, attempt: () => Promise<unknown>): Promise<void> {
    return this.#inTurn(task, async () => {
      for (let round = 0; round < mostRounds; round += 1) if ((await attempt()) !== undefined) return;
      throw contended(task);
    });
  }

  #plan(operationType: 'Create' | 'Upsert', task: string, head: Head, entry: JournalEntry): OperationInput {
    return { operationType, resourceBody: planItem(task, head, entry, this.#store.now()) };
  }

  async #isNewest(task: string, { lineage, epoch }: Head, entry: JournalEntry): Promise<boolean> {
    if (epoch !== entry.epoch) return false;
    const [found] = await readPlans(this.#store, task, { lineage, after: epoch - 1, upTo: epoch });
    return found?.plan === entry.plan;
  }

  async #plansAfter(task: string, epoch: number, limit: number): Promise<readonly JournalEntry[]> {
    for (let round = 0; round < mostRounds; round += 1) {
      const head = await this.#heads.read(task);
      if (head === undefined) return [];
      const found: JournalEntry[] = [];
      for (let after = Math.max(epoch, head.trimmed); after < head.epoch && found.length < limit;) {
        const upTo = Math.min(head.epoch, after + limit - found.length);
        found.push(...(await readPlans(this.#store, task, { lineage: head.lineage, after, upTo })));
        after = upTo;
      }
      // Whoever has reset the task meanwhile has removed some of these.
      if ((await this.#heads.read(task))?.lineage === head.lineage) return found;
    }
    throw contended(task);
  }
}

const plain = ({ fence, lineage, epoch }: JournalHead): JournalHead => ({ fence, lineage, epoch });

function refuse(task: string, fence: number, wish: string, head: Head | undefined): never {
  const state = head ? `its journal is at fence ${head.fence}, epoch ${head.epoch}` : 'it has no journal';
  throw new Fenced(`Task ${task} may not ${wish} under fence ${fence}: ${state}`, 'Stop, and take the task over anew');
}
