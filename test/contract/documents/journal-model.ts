import fc from 'fast-check';
import { expect } from 'vitest';
import type { Journal, JournalEntry } from '../../../src/documents/port.ts';
import { Fenced } from '../../../src/errors.ts';
import type { Promised } from '../promises.ts';
import type { DocumentsSetting } from './setting.ts';

type Kind = 'take' | 'append' | 'amend' | 'trim' | 'reset';

/** What a holder does; `ahead` is the distance of the epoch from the newest one. */
const action = fc.record({
  holder: fc.nat(1),
  kind: fc.constantFrom<Kind>('take', 'append', 'append', 'append', 'amend', 'trim', 'reset'),
  ahead: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: -1, max: 2 }) }),
  text: fc.constantFrom('a', 'b'),
});

/** Tried each time, so that a store whose connections do not share their journals never passes by luck. */
const takenOver = [0, 1].flatMap(holder =>
  (['take', 'append'] as const).map(kind => ({ holder, kind, ahead: 1, text: 'a' as const })),
);

/** Promises over any actions of two holders, each against the plainest journal there can be. */
export function journalProperties(promise: Promised<DocumentsSetting>): void {
  promise('a journal under two rivals does what the plainest one does', async ({ documents, connect }) => {
    const journals = [documents.journal, (await connect()).journal] as const;
    let run = 0;
    const property = fc.asyncProperty(fc.array(action, { maxLength: 25 }), async actions => {
      const task = `run-${(run += 1)}`;
      const plainest = new PlainJournal();
      const fences = [0, 0];
      const plainFences = [0, 0];
      for (const { holder, ...step } of actions) {
        const entry = { epoch: plainest.epoch + step.ahead, plan: step.text };
        const expected = plainest.does(step.kind, plainFences[holder] ?? 0, entry);
        const found = await outcomeOf(journals[holder === 0 ? 0 : 1], task, step.kind, fences[holder] ?? 0, entry);
        expect(found.outcome).toBe(expected);
        if (found.fence !== undefined) fences[holder] = found.fence;
        if (step.kind === 'take') plainFences[holder] = plainest.fence;
        expect(await documents.journal.after(task, 0, 100)).toEqual(plainest.entries);
      }
    });
    await fc.assert(property, { numRuns: 40, examples: [[takenOver]] });
  });
}

interface Outcome {
  readonly outcome: string;
  readonly fence?: number;
}

async function outcomeOf(
  journal: Journal,
  task: string,
  kind: Kind,
  fence: number,
  entry: JournalEntry,
): Promise<Outcome> {
  const calls = {
    take: () => journal.takeFence(task),
    append: () => journal.append(task, fence, entry),
    amend: () => journal.amend(task, fence, entry),
    trim: () => journal.trim(task, entry.epoch),
    reset: () => journal.reset(task, fence),
  };
  try {
    const head = await calls[kind]();
    return head ? { outcome: `at ${head.epoch}`, fence: head.fence } : { outcome: 'done' };
  } catch (error) {
    if (error instanceof Fenced) return { outcome: 'fenced' };
    throw error;
  }
}

/** The oracle. Its fences count from one, as any journal's order of takings does. */
class PlainJournal {
  fence = 0;
  epoch = 0;
  entries: JournalEntry[] = [];

  does(kind: Kind, fence: number, entry: JournalEntry): string {
    if (kind === 'take') return this.#take();
    if (kind === 'trim') return this.#trim(entry.epoch);
    if (fence !== this.fence || fence === 0) return 'fenced';
    if (kind === 'reset') return this.#reset();
    return kind === 'append' ? this.#append(entry) : this.#amend(entry);
  }

  #take(): string {
    this.fence += 1;
    return `at ${this.epoch}`;
  }

  #trim(upTo: number): string {
    this.entries = this.entries.filter(({ epoch }) => epoch > upTo);
    return 'done';
  }

  #reset(): string {
    this.epoch = 0;
    this.entries = [];
    return 'at 0';
  }

  #append(entry: JournalEntry): string {
    const newest = this.entries.at(-1);
    if (newest?.epoch === entry.epoch && newest.plan === entry.plan) return 'done';
    if (entry.epoch !== this.epoch + 1) return 'fenced';
    this.epoch = entry.epoch;
    this.entries = [...this.entries, entry];
    return 'done';
  }

  #amend(entry: JournalEntry): string {
    if (this.entries.at(-1)?.epoch !== entry.epoch) return 'fenced';
    this.entries = [...this.entries.slice(0, -1), entry];
    return 'done';
  }
}
