import { MillraceError } from '../errors.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
/** What a document holds. */
export type JsonObject = { readonly [name: string]: Json };

/** Where a document lives: `partition` is the value of the collection's partition key. */
export interface DocumentKey {
  readonly collection: string;
  readonly partition: string;
  readonly id: string;
}

/** Which output of a task a document is. Compared field by field, in this order. */
export interface DocumentVersion {
  readonly lineage: number;
  readonly epoch: number;
  readonly seq: number;
}

/** A task's output: replaces the document only if its version is greater. A null body removes it for readers. */
export interface DocumentWrite extends DocumentKey {
  readonly task: string;
  readonly version: DocumentVersion;
  readonly body: JsonObject | null;
}

export interface StoredDocument extends DocumentKey {
  readonly body: JsonObject;
  /** Changes with every write; for `put`'s condition. */
  readonly etag: string;
  /** Null where somebody else than a task wrote it. */
  readonly version: DocumentVersion | null;
}

/** The body of a document as JSON that was not parsed. */
export interface DocumentText {
  readonly text: string;
  readonly etag: string;
}

/** Under which condition `put` writes: no such document yet, this very one, or none. */
export type PutCondition = 'absent' | { readonly etag: string } | 'always';

export interface ListRequest {
  readonly collection: string;
  readonly partition?: string;
  /** The last document of the page before, for the next page. */
  readonly after?: Pick<DocumentKey, 'partition' | 'id'> | undefined;
  readonly limit: number;
}

/** A part of a collection's change feed, as the store names it: all changes of the partitions that fall into it. */
export type FeedRange = string;

/** A page of the change feed: the newest state of each document changed since `continuation`, oldest change first. */
export interface Changes {
  readonly documents: readonly StoredDocument[];
  readonly continuation: string;
  readonly caughtUp: boolean;
  /**
   * Only of a range that the store has split since it was named: the ranges that it consists of now, each with the
   * continuation to go on with in its own feed, undefined for its beginning. Such a page has no documents; asked again,
   * the former range gives the same answer.
   */
  readonly successors?: readonly RangePosition[];
}

export interface RangePosition {
  readonly range: FeedRange;
  readonly continuation: string | undefined;
}

/** The served documents, and beside them the journals of the tasks. */
export interface Documents {
  /** Durable when it resolves; not atomic, idempotent: a write that is not greater is dropped. */
  write(writes: readonly DocumentWrite[]): Promise<void>;
  /** One document; undefined where there is none. */
  get(key: DocumentKey): Promise<StoredDocument | undefined>;
  /**
   * As `get`, with the body as the JSON that the store holds: for whoever needs but a part of it. Absent where the store
   * holds something else.
   */
  readonly text?: ((key: DocumentKey) => Promise<DocumentText | undefined>) | undefined;
  /** Whether `get` would answer a document of this etag: what was read of it then still holds. */
  isCurrent(key: DocumentKey, etag: string): Promise<boolean>;
  /**
   * For whoever is not a task. Answers the new etag; a failed condition throws `ConditionFailed`.
   * Writes of a task that are not greater than the newest one before the put stay without effect.
   */
  put(key: DocumentKey, body: JsonObject, condition: PutCondition): Promise<string>;
  /** Documents of a collection (or of one of its partitions), by partition and id. */
  list(request: ListRequest): Promise<readonly StoredDocument[]>;
  /**
   * The change feed from its beginning, or from where an earlier page ended: the whole of it, or that of one range.
   * Within a range changes come in their order; removed documents are left out. A page may be empty and not caught up.
   * Throws `BadContinuation` for what no page of this very feed ended with, `BadFeedRange` for what is no range of it.
   */
  changes(collection: string, continuation: string | undefined, limit: number, range?: FeedRange): Promise<Changes>;
  /**
   * Where the whole feed ends now, as a continuation, at a cost that does not grow with what the feed holds. `changes`
   * goes on from there with all that is changed once this has resolved, and perhaps with some that was just before.
   */
  feedEnd(collection: string): Promise<string>;
  /**
   * Resolves once the feed has changes behind this continuation, whoever wrote them, or the signal aborts. Absent where
   * the store tells nobody; elsewhere too whoever follows looks for itself now and then.
   */
  readonly grown?: (collection: string, continuation: string, signal: AbortSignal) => Promise<void>;
  /** The ranges that the feed consists of now: together they are the whole of it, each partition is in one of them. */
  feedRanges(collection: string): Promise<readonly FeedRange[]>;
  readonly journal: Journal;
  close(): Promise<void>;
}

/** What a task finds when it takes over. */
export interface JournalHead {
  /** Greater than every fence before it. */
  readonly fence: number;
  /** Raised by a reset or a repartition: outputs of a greater lineage replace those of a lower one. */
  readonly lineage: number;
  /** Epoch of the newest plan, 0 before the first. */
  readonly epoch: number;
}

export interface JournalEntry {
  readonly epoch: number;
  readonly plan: string;
}

/** A task's plans, each written before anything of its epoch is emitted. Every write is a compare-and-set. */
export interface Journal {
  /** Takes the task over: every lower fence is refused from here on. */
  takeFence(task: string): Promise<JournalHead>;
  /** What `takeFence` would find, without taking anything over; undefined before anybody has. */
  head(task: string): Promise<JournalHead | undefined>;
  /**
   * Appends the plan of epoch = newest + 1; throws `Fenced` under a lower fence or another epoch.
   * Repeating the newest append, same fence and same plan, does nothing: so it can be tried again after `Unavailable`.
   */
  append(task: string, fence: number, entry: JournalEntry): Promise<void>;
  /** Replaces the newest plan, of which nothing was emitted; throws `Fenced` likewise. */
  amend(task: string, fence: number, entry: JournalEntry): Promise<void>;
  /** Plans after `epoch`, oldest first. */
  after(task: string, epoch: number, limit: number): Promise<readonly JournalEntry[]>;
  /** Forgets plans up to and including `epoch`. The newest plan's epoch is never forgotten. */
  trim(task: string, epoch: number): Promise<void>;
  /** Empties the journal and raises the lineage, for a task that begins again; throws `Fenced` under a lower fence. */
  reset(task: string, fence: number): Promise<JournalHead>;
}

export class ConditionFailed extends MillraceError {
  readonly code = 'CONDITION_FAILED';
  constructor(key: DocumentKey) {
    super(
      `${key.collection}/${key.partition}/${key.id} has changed or is there already`,
      'Read it again and decide anew',
    );
  }
}

export class BadContinuation extends MillraceError {
  readonly code = 'BAD_CONTINUATION';
  constructor(collection: string, continuation: string) {
    super(
      `'${continuation}' is no position in the change feed of ${collection}`,
      'Read the feed from its beginning; if the documents were begun afresh, begin its readers afresh too',
    );
  }
}

export class BadFeedRange extends MillraceError {
  readonly code = 'BAD_FEED_RANGE';
  constructor(collection: string, range: string) {
    super(
      `'${range}' is no range of the change feed of ${collection}`,
      'Ask for the ranges that there are, and begin those that nobody has read',
    );
  }
}

export class BadLimit extends MillraceError {
  readonly code = 'BAD_LIMIT';
  constructor(limit: number) {
    super(`A page cannot hold ${limit} documents`, 'Ask for a whole number of one or more');
  }
}
