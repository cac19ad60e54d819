import { randomUUID } from 'node:crypto';
import type { ConsistencyLevel, Container, CosmosClient } from '@azure/cosmos';
import type { Millis } from '../../stream/time.ts';
import type {
  Changes,
  DocumentKey,
  Documents,
  DocumentWrite,
  FeedRange,
  Journal,
  JsonObject,
  ListRequest,
  PutCondition,
  StoredDocument,
} from '../port.ts';
import { Calls, defaultPatience, type Patience, type Waiting } from './calls.ts';
import { Charges, type DocumentCharge } from './charges.ts';
import { type CosmosAccount, openClient } from './client.ts';
import { journals } from './containers.ts';
import { Feeds } from './feed.ts';
import { documentOf } from './item.ts';
import { CosmosJournal } from './journal.ts';
import { KnownItems } from './known.ts';
import { list } from './list.ts';
import { collectionPlace, itemPlace } from './place.ts';
import { put, readItem } from './puts.ts';
import { Turns } from './turns.ts';
import { greatestOf, keyOf, writeAll } from './writes.ts';

export type ReadConsistency = 'session' | 'consistent-prefix' | 'eventual';

export interface CosmosDocumentsOptions extends CosmosAccount {
  readonly database: string;
  /** Of what is served (`get`); everything that a write is decided by is read in the session. */
  readonly reads?: ReadConsistency;
  readonly clock: Waiting;
  readonly patience?: Partial<Patience>;
  /** Random names of puts; those of the machine where absent. */
  readonly newId?: () => string;
}

export interface CosmosDocuments extends Documents {
  /** What was asked of the service so far, and what it cost. */
  charges(): readonly Readonly<DocumentCharge>[];
}

const levels: Readonly<Record<ReadConsistency, `${ConsistencyLevel}`>> = {
  session: 'Session',
  'consistent-prefix': 'ConsistentPrefix',
  eventual: 'Eventual',
};

/** Documents and journals in a database of Azure Cosmos DB, shared by any number of processes. Connects when used. */
export async function openCosmosDocuments(options: CosmosDocumentsOptions): Promise<CosmosDocuments> {
  const charges = new Charges();
  return new Adapter(options, await openClient(options, charges), charges);
}

class Adapter implements CosmosDocuments {
  readonly journal: Journal;
  readonly #client: CosmosClient;
  readonly #database: string;
  readonly #charges: Charges;
  readonly #calls: Calls;
  readonly #feeds: Feeds;
  readonly #turns = new Turns();
  readonly #known = new KnownItems();
  readonly #containers = new Map<string, Container>();
  readonly #reads: `${ConsistencyLevel}`;
  readonly #now: () => Millis;
  readonly #newId: () => string;

  constructor(options: CosmosDocumentsOptions, client: CosmosClient, charges: Charges) {
    const { clock } = options;
    this.#client = client;
    this.#database = options.database;
    this.#charges = charges;
    this.#calls = new Calls(clock, { ...defaultPatience, ...options.patience });
    this.#feeds = new Feeds(this.#calls);
    this.#reads = levels[options.reads ?? 'session'];
    this.#now = () => clock.now();
    this.#newId = options.newId ?? randomUUID;
    this.journal = new CosmosJournal({ container: this.#at(journals), ...this.#common() }, this.#turns);
  }

  async write(writes: readonly DocumentWrite[]): Promise<void> {
    const placed = greatestOf(writes);
    const keys = placed.map(({ key }) => key);
    const parts = Map.groupBy(placed, ({ place }) => place.container.name);
    await this.#turns.take(keys, async () => {
      for (const [name, part] of parts)
        await writeAll(part, { container: this.#at(name), known: this.#known, ...this.#common() });
    });
  }

  async get(key: DocumentKey): Promise<StoredDocument | undefined> {
    const place = itemPlace(key);
    const { name, decides } = place.container;
    const consistencyLevel = decides === true ? levels.session : this.#reads;
    const on = { container: this.#at(name), calls: this.#calls, consistencyLevel };
    const found = await this.#turns.take([keyOf(place)], () => readItem(key, on));
    return found && documentOf(found);
  }

  /** A point read costs the same with its body as without. */
  async isCurrent(key: DocumentKey, etag: string): Promise<boolean> {
    return (await this.get(key))?.etag === etag;
  }

  async put(key: DocumentKey, body: JsonObject, condition: PutCondition): Promise<string> {
    const place = itemPlace(key);
    const on = { container: this.#at(place.container.name), ...this.#common(), newId: this.#newId };
    return this.#turns.take([keyOf(place)], async () => {
      this.#known.forget(keyOf(place));
      const { etag, found } = await put(key, body, condition, on);
      this.#known.set(keyOf(place), { etag, version: found?.version ?? null });
      return etag;
    });
  }

  async list(request: ListRequest): Promise<readonly StoredDocument[]> {
    const place = collectionPlace(request.collection);
    return list(request, { container: this.#at(place.container.name), place, calls: this.#calls });
  }

  async changes(
    collection: string,
    continuation: string | undefined,
    limit: number,
    range?: FeedRange,
  ): Promise<Changes> {
    const place = collectionPlace(collection);
    return this.#feeds.page({ place, container: this.#at(place.container.name), continuation, limit, range });
  }

  async feedEnd(collection: string): Promise<string> {
    const place = collectionPlace(collection);
    return this.#feeds.end(place, this.#at(place.container.name));
  }

  async feedRanges(collection: string): Promise<readonly FeedRange[]> {
    return this.#feeds.ranges(this.#at(collectionPlace(collection).container.name));
  }

  charges(): readonly Readonly<DocumentCharge>[] {
    return this.#charges.all();
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#client.dispose();
  }

  #common() {
    return { calls: this.#calls, charges: this.#charges, now: this.#now };
  }

  #at(name: string): Container {
    const open = this.#containers.get(name) ?? this.#client.database(this.#database).container(name);
    this.#containers.set(name, open);
    return open;
  }
}
