/** Heads of journals: read, and changed under their etags, alone or together with a plan. */
import type { Container, OperationInput, OperationResponse } from '@azure/cosmos';
import type { Millis } from '../../stream/time.ts';
import type { BulkOptions } from './bulk.ts';
import {
  away,
  DocumentTooLarge,
  inSession,
  NoCosmosContainer,
  ownerMissing,
  passes,
  status,
  UnexpectedAnswer,
} from './failures.ts';
import { partitionKeyOf } from './ids.ts';
import type { RawItem } from './item.ts';
import { type FoundHead, foundHead, type Head, headId, headItem } from './journal-items.ts';

export interface JournalStore extends BulkOptions {
  readonly container: Container;
  readonly now: () => Millis;
}

/** So often somebody else may have been faster. */
export const mostRounds = 100;
/** Heads that are known by their etags; what is not known is read. */
const mostHeads = 10_000;
/** What the other operations of a batch are answered with where one fails. */
const failedWithAnother = 424;

export class JournalHeads {
  readonly #store: JournalStore;
  readonly #where: string;
  readonly #known = new Map<string, FoundHead>();

  constructor(store: JournalStore) {
    this.#store = store;
    this.#where = `The container ${store.container.id}`;
  }

  async read(task: string): Promise<FoundHead | undefined> {
    const { container, calls } = this.#store;
    const { statusCode, substatus, resource, etag } = await calls.request(this.#where, 'write', async () =>
      inSession(await container.item(headId, partitionKeyOf(task)).read<RawItem>()),
    );
    if (substatus === ownerMissing) throw new NoCosmosContainer(this.#where);
    if (statusCode !== status.notFound) return this.#remember(task, foundHead(this.#where, resource, etag));
    this.#known.delete(task);
    return undefined;
  }

  /** As it is known where that is as wished; nobody is refused by what is known alone. */
  async under(task: string, fence: number, wish: (head: Head) => boolean): Promise<FoundHead | undefined> {
    const known = this.#known.get(task);
    return known?.fence === fence && wish(known) ? known : this.read(task);
  }

  /** Changes the head alone, as it is then. */
  async change(task: string, change: (head: Head | undefined) => Head): Promise<FoundHead> {
    for (let round = 0; round < mostRounds; round += 1) {
      const before = await this.read(task);
      const after = await this.write(task, before, change(before), []);
      if (after !== undefined) return after;
    }
    throw contended(task);
  }

  /** Head and plan as one; undefined where the head is not that one any more, or our own answer was lost. */
  async write(
    task: string,
    before: FoundHead | undefined,
    after: Head,
    plan: readonly OperationInput[],
  ): Promise<FoundHead | undefined> {
    const resourceBody = headItem(task, after, this.#store.now());
    const head: OperationInput =
      before === undefined
        ? { operationType: 'Create', resourceBody }
        : { operationType: 'Replace', id: headId, resourceBody, ifMatch: before.etag };
    const answers = await this.#batch(task, [head, ...plan]);
    const etag = answers[0]?.eTag;
    if (etag !== undefined && answers.every(({ statusCode }) => statusCode === 200 || statusCode === 201))
      return this.#remember(task, { ...after, etag });
    this.#known.delete(task);
    const code = answers.find(({ statusCode }) => statusCode !== failedWithAnother && statusCode >= 400)?.statusCode;
    if (code === status.changed || code === status.conflict || code === status.notFound) return undefined;
    if (code === status.tooLarge) throw new DocumentTooLarge(`A plan of ${task}`);
    throw new UnexpectedAnswer(this.#where, `status ${code} of a batch`);
  }

  #batch(task: string, operations: readonly OperationInput[]): Promise<readonly OperationResponse[]> {
    const { container, calls } = this.#store;
    return calls.request(this.#where, 'write', async () => {
      const { result = [] } = await container.items.batch([...operations], partitionKeyOf(task));
      const refused = result.find(({ statusCode }) => statusCode !== failedWithAnother && passes(statusCode));
      if (refused !== undefined) throw new RefusedBatch(refused.statusCode);
      return result;
    });
  }

  #remember(task: string, head: FoundHead): FoundHead {
    this.#known.delete(task);
    this.#known.set(task, head);
    if (this.#known.size > mostHeads)
      for (const oldest of [...this.#known.keys()].slice(0, 1)) this.#known.delete(oldest);
    return head;
  }
}

/** Nothing of it was done, and it may be done again. */
class RefusedBatch extends Error {
  readonly code: number;
  constructor(code: number) {
    super('a batch was refused');
    this.code = code;
  }
}

export const contended = (task: string) => away(`The journal of ${task}`, 'it was changed by others again and again');
