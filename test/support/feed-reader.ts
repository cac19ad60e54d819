/** A process that reads one range of the feed of orders, page by page, and that a test kills between any two steps. */
import type { Documents } from '../../src/documents/port.ts';
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import { Unavailable } from '../../src/errors.ts';
import { emptyPage, type FeedRun, type Page, steps } from '../../src/recommender/orders/page.ts';
import { ordersLeases } from '../../src/recommender/orders/ranges.ts';
import type { Millis } from '../../src/stream/time.ts';
import { TestClock } from '../../src/testing/clock.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import type { Transport } from '../../src/transport/port.ts';

export const leaseFor = 1_000;

export interface ReadPorts {
  readonly documents: Documents;
  readonly transport: Transport;
  readonly clock: { now(): Millis };
}

/** A shop's documents and log in memory, on a clock that the test moves. */
export interface Feed extends ReadPorts {
  readonly clock: TestClock;
  readonly close: () => Promise<void>;
}

export async function openFeed(began: Millis): Promise<Feed> {
  const clock = new TestClock(began);
  const documents = openSqliteDocuments({ path: ':memory:', clock: () => clock.now() });
  const transport = openEmbeddedLog({ path: ':memory:', clock: () => clock.now() });
  for (const topic of ['ratings', 'dead-letters']) await transport.createTopic(topic, { partitions: 2 });
  const close = async (): Promise<void> => {
    await documents.close();
    await transport.close();
  };
  return { documents, transport, clock, close };
}

/** Its next page begins where it left the one before. */
export class FeedReader {
  readonly #run: FeedRun;
  #page: Page = emptyPage();

  private constructor(run: FeedRun) {
    this.#run = run;
  }

  static async of(
    { documents, transport, clock }: ReadPorts,
    owner: string,
    range: string,
    trying: FeedRun['trying'] = (_, work) => work(),
  ): Promise<FeedReader> {
    const leases = ordersLeases({ documents, clock, owner, duration: leaseFor });
    const lease = await leases.take(range, await leases.find(range));
    const { continuation, page: tookOverAt } = lease.state;
    return new FeedReader({ documents, transport, clock, leases, lease, tookOverAt, continuation, number: 0, trying });
  }

  /** The steps of a page up to the one at which it is killed; all where there is none. */
  async page(killedBefore = steps.length): Promise<void> {
    this.#page = emptyPage();
    await this.goOn(0, killedBefore);
  }

  /** As who stops in good order does. */
  release(): Promise<void> {
    return this.#run.leases.release(this.#run.lease);
  }

  /** The steps of the page that it has begun: those of a process that stood still for a while. */
  async goOn(from: number, killedBefore = steps.length): Promise<void> {
    for (const step of steps.slice(from, killedBefore)) {
      await step(this.#run, this.#page);
      if (step.name !== 'read' || this.#page.changes.documents.length > 0) continue;
      this.#run.continuation = this.#page.changes.continuation;
      return;
    }
  }
}

/** What was told cannot be read until the reader is refused it for the first time and `meanwhile` has come to pass. */
export async function delayedReader(
  ports: ReadPorts,
  owner: string,
  range: string,
  meanwhile: () => Promise<void>,
): Promise<FeedReader> {
  let isAway = true;
  const documents: Documents = {
    ...ports.documents,
    get: async key => {
      if (isAway && key.collection === 'toldOrders') throw new Unavailable('The documents are away', 'Wait');
      return ports.documents.get(key);
    },
  };
  return FeedReader.of({ ...ports, documents }, owner, range, async (_, work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable) || !isAway) throw error;
      await meanwhile();
      isAway = false;
      return work();
    }
  });
}

/** Everything there is, by a process that nobody disturbs. */
export async function readEverything(ports: ReadPorts, owner = 'reader'): Promise<void> {
  for (const range of await ports.documents.feedRanges('orders')) {
    const reader = await FeedReader.of(ports, owner, range);
    for (let page = 0; page < 30; page++) await reader.page();
    await reader.release();
  }
}

/** The range that a partition falls into. */
export async function rangeOf(documents: Documents, partition: string): Promise<string> {
  await documents.put({ collection: 'probe', partition, id: 'probe' }, {}, 'always');
  for (const range of await documents.feedRanges('probe')) {
    const page = await documents.changes('probe', undefined, 10, range);
    if (page.documents.some(document => document.partition === partition)) return range;
  }
  throw new Error('no range has the partition');
}
