/** The change feed, pulled page by page: the whole of it, or by range. */
import { ChangeFeedStartFrom, type ChangeFeedPullModelIterator, type Container, ErrorResponse } from '@azure/cosmos';
import { pageLimit } from '../limit.ts';
import { BadContinuation, type Changes, type FeedRange } from '../port.ts';
import type { Calls } from './calls.ts';
import {
  continuationOf,
  type FeedPosition,
  fromLibrary,
  libraryToken,
  positionOf,
  rangeName,
  rangeOf,
} from './continuation.ts';
import { status, UnexpectedAnswer } from './failures.ts';
import { documentOf, foundItem } from './item.ts';
import type { CollectionPlace } from './place.ts';

type Reader = ChangeFeedPullModelIterator<unknown>;

export interface FeedRequest {
  readonly place: CollectionPlace;
  readonly container: Container;
  readonly continuation: string | undefined;
  readonly limit: number;
  readonly range: FeedRange | undefined;
}

/** Readers that wait where their last page ended: a new one asks the service for its container first. */
const mostReaders = 64;

export class Feeds {
  readonly #calls: Calls;
  readonly #readers = new Map<string, Reader>();
  readonly #rids = new Map<string, string>();

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  async ranges(container: Container): Promise<readonly FeedRange[]> {
    const ranges = await this.#calls.request(`The container ${container.id}`, 'read', () => container.getFeedRanges());
    return ranges.map(({ minInclusive: min, maxExclusive: max }) => rangeName({ min, max })).sort();
  }

  /** A page with changes is not caught up: that is told by the next one, which is empty. */
  async page(request: FeedRequest): Promise<Changes> {
    const { place, container, range } = request;
    const limit = pageLimit(request.limit);
    const from = await this.#from(request);
    const where = `The change feed of ${container.id}`;
    const { result, statusCode, continuationToken } = await this.#calls.request(where, 'read', () =>
      this.#read(request, from, limit),
    );
    const to = fromLibrary(continuationToken);
    if (to === undefined) throw new UnexpectedAnswer(where, 'a page without a continuation');
    if (range !== undefined && to.at.length > 1) return split(place.collection, { ...to, range }, from);
    const continuation = continuationOf(place.collection, { ...to, range, at: sorted(to.at) });
    const caughtUp = statusCode === status.notModified;
    const found = (caughtUp ? [] : items(result)).map(item => foundItem(place, item));
    const own = found.filter(({ namespace }) => namespace === place.namespace);
    return { documents: own.flatMap(item => documentOf(item) ?? []), continuation, caughtUp };
  }

  async end({ collection }: CollectionPlace, container: Container): Promise<string> {
    const where = `The end of the change feed of ${container.id}`;
    const to = await this.#calls.request(where, 'read', () => endOf(container));
    if (to === undefined) throw new UnexpectedAnswer(where, 'a range without a continuation');
    return continuationOf(collection, { ...to, range: undefined, at: sorted(to.at) });
  }

  /** Undefined for the beginning of the whole feed. */
  async #from({ place, container, continuation, range }: FeedRequest): Promise<FeedPosition | undefined> {
    const wanted = range === undefined ? undefined : rangeOf(place.collection, range);
    if (continuation === undefined && wanted === undefined) return undefined;
    const rid = await this.#ridOf(container);
    if (continuation === undefined && wanted !== undefined) return { rid, range, at: [{ ...wanted, token: '' }] };
    const position = positionOf(place.collection, continuation ?? '', range);
    if (position.rid === rid || position.rid === (await this.#ridOf(container, true))) return position;
    throw new BadContinuation(place.collection, continuation ?? '');
  }

  async #read({ place, container, range }: FeedRequest, from: FeedPosition | undefined, limit: number) {
    const start =
      from === undefined ? ChangeFeedStartFrom.Beginning() : ChangeFeedStartFrom.Continuation(libraryToken(from));
    const nameOf = (at: string): string => JSON.stringify([place.container.name, range ?? null, limit, at]);
    const key = nameOf(from === undefined ? '' : positionName(from));
    const reader =
      this.#readers.get(key) ??
      container.items.getChangeFeedIterator<unknown>({ changeFeedStartFrom: start, maxItemCount: limit });
    this.#readers.delete(key); // one that fails is not used again
    const page = await nextPage(reader, container);
    const to = fromLibrary(page.continuationToken);
    if (to !== undefined) this.#keep(nameOf(positionName(to)), reader);
    return page;
  }

  #keep(key: string, reader: Reader): void {
    this.#readers.set(key, reader);
    if (this.#readers.size <= mostReaders) return;
    for (const oldest of this.#readers.keys()) {
      this.#readers.delete(oldest);
      return;
    }
  }

  async #ridOf(container: Container, anew = false): Promise<string> {
    const known = this.#rids.get(container.id);
    if (known !== undefined && !anew) return known;
    const where = `The container ${container.id}`;
    const { resource } = await this.#calls.request(where, 'read', () => container.read());
    const rid = resource?.['_rid'];
    if (rid === undefined) throw new UnexpectedAnswer(where, 'a container without an id of its own');
    this.#rids.set(container.id, rid);
    return rid;
  }
}

/** A range of which nothing has been answered yet would be read from its beginning, though the others are at their end. */
async function endOf(container: Container): Promise<Pick<FeedPosition, 'rid' | 'at'> | undefined> {
  const reader = container.items.getChangeFeedIterator<unknown>({ changeFeedStartFrom: ChangeFeedStartFrom.Now() });
  for (;;) {
    const { continuationToken, statusCode } = await nextPage(reader, container);
    const to = fromLibrary(continuationToken);
    if (to?.at.every(({ token }) => token !== '') === true) return to;
    if (statusCode === status.notModified) return undefined; // and so it would be for ever
  }
}

/**
 * What a reader meets before its first page the library (4.10) tells without the status. The container answers with what
 * is wrong for good; what else it may have been is asked again.
 */
async function nextPage(reader: Reader, container: Container) {
  try {
    return await reader.readNext();
  } catch (error) {
    if (!(error instanceof ErrorResponse) || error.code !== undefined) throw error;
    await container.read();
    throw new Unexplained(error.message);
  }
}

class Unexplained extends Error {
  readonly code = 503;
}

/** The range consists of others now: each is read on from where this one was. */
function split(collection: string, { rid, at, range }: FeedPosition, from: FeedPosition | undefined): Changes {
  const token = from?.at[0]?.token ?? '';
  const successors = sorted(at).map(({ min, max }) => {
    const name = rangeName({ min, max });
    const position = { rid, range: name, at: [{ min, max, token }] };
    return { range: name, continuation: token === '' ? undefined : continuationOf(collection, position) };
  });
  const unmoved = { rid, range, at: from?.at ?? at };
  return { documents: [], continuation: continuationOf(collection, unmoved), caughtUp: false, successors };
}

/** The library reads one range after the other, and so turns their order. */
const sorted = (at: FeedPosition['at']) => at.toSorted((a, b) => (a.min < b.min ? -1 : 1));

const positionName = ({ at }: Pick<FeedPosition, 'at'>): string => JSON.stringify(sorted(at));

const items = (result: unknown): readonly unknown[] => (Array.isArray(result) ? result : []);
