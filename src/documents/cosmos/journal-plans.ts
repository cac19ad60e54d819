/** Plans of a journal: found by their epochs, which have no gap, so that nothing has to be searched for. */
import type { OperationInput } from '@azure/cosmos';
import type { JournalEntry } from '../port.ts';
import { bulk } from './bulk.ts';
import { status, UnexpectedAnswer } from './failures.ts';
import { partitionKeyOf } from './ids.ts';
import type { JournalStore } from './journal-heads.ts';
import { entryOf, type Leftovers, planId } from './journal-items.ts';

interface Answered {
  readonly statusCode: number;
  readonly resourceBody?: unknown;
}

/** Those of epochs beyond `after` up to `upTo`, as far as they are there. */
export async function readPlans(
  store: JournalStore,
  task: string,
  { lineage, after, upTo }: Leftovers,
): Promise<JournalEntry[]> {
  const found: JournalEntry[] = [];
  const take = (_: number, { statusCode, resourceBody }: Answered): void => {
    if (statusCode === 200) found.push(entryOf(whereOf(store), resourceBody));
    else if (statusCode !== status.notFound)
      throw new UnexpectedAnswer(whereOf(store), `status ${statusCode} of a plan`);
  };
  await bulk(store.container, operations('Read', task, { lineage, after, upTo }), take, store);
  return found.toSorted((a, b) => a.epoch - b.epoch);
}

export async function removePlans(store: JournalStore, task: string, plans: Leftovers): Promise<void> {
  const take = (epoch: number, { statusCode }: Answered): void => {
    if (statusCode >= 300 && statusCode !== status.notFound)
      throw new UnexpectedAnswer(whereOf(store), `status ${statusCode} where plan ${epoch} is removed`);
  };
  await bulk(store.container, operations('Delete', task, plans), take, store);
}

function operations(operationType: 'Read' | 'Delete', task: string, { lineage, after, upTo }: Leftovers) {
  const partitionKey = partitionKeyOf(task);
  return Array.from({ length: Math.max(0, upTo - after) }, (_, n) => {
    const of = after + 1 + n;
    const input: OperationInput = { operationType, id: planId(lineage, of), partitionKey };
    return { of, input };
  });
}

const whereOf = ({ container }: JournalStore): string => `The container ${container.id}`;
