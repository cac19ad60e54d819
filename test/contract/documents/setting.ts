import type {
  DocumentKey,
  Documents,
  DocumentVersion,
  DocumentWrite,
  FeedRange,
  JsonObject,
  StoredDocument,
} from '../../../src/documents/port.ts';

/** One store that the suite may fill: durable, and shared by all who connect. */
export interface DocumentsPlace {
  connect(): Promise<Documents>;
  /** The name of a collection that holds nothing yet. */
  emptyCollection(): Promise<string>;
  /** Has the store split a range of the collection's feed; absent where ranges are never split. */
  split?(collection: string): Promise<void>;
  /** Frees the place; all connections are closed already. */
  remove(): Promise<void>;
}

/** What one promise works with: a place of its own, a connection to it and an empty collection. */
export interface DocumentsSetting {
  readonly documents: Documents;
  readonly collection: string;
  /** One more connection to the same place. */
  readonly connect: () => Promise<Documents>;
  /** Closes all connections and opens a new one, as a restart does. */
  readonly reconnect: () => Promise<Documents>;
  readonly emptyCollection: () => Promise<string>;
  /** Splits a range of `collection`; throws where the place never does. */
  readonly split: () => Promise<void>;
  /** A key in `collection`. */
  readonly key: (id: string, partition?: string) => DocumentKey;
  /** A task's write in `collection`. */
  readonly write: (id: string, version: DocumentVersion, body: JsonObject | null) => DocumentWrite;
}

export async function inSetting(
  open: () => Promise<DocumentsPlace>,
  work: (setting: DocumentsSetting) => Promise<void>,
): Promise<void> {
  const place = await open();
  const connections: Documents[] = [];
  const connect = async (): Promise<Documents> => {
    const connection = await place.connect();
    connections.push(connection);
    return connection;
  };
  const disconnect = async (): Promise<void> => {
    await Promise.all(connections.splice(0).map(connection => connection.close()));
  };
  try {
    const collection = await place.emptyCollection();
    const key = (id: string, partition = 'p'): DocumentKey => ({ collection, partition, id });
    await work({
      documents: await connect(),
      collection,
      connect,
      reconnect: () => disconnect().then(connect),
      emptyCollection: () => place.emptyCollection(),
      split: async () => {
        if (place.split === undefined) throw new Error('ranges of this place are never split');
        await place.split(collection);
      },
      key,
      write: (id, version, body) => ({ ...key(id), task: 'trends/0', version, body }),
    });
  } finally {
    await disconnect();
    await place.remove();
  }
}

export function at(lineage: number, epoch: number, seq: number): DocumentVersion {
  return { lineage, epoch, seq };
}

/** Reads the change feed, or that of a range, until it is caught up; a feed that does not move on is an error. */
export async function drained(
  documents: Documents,
  collection: string,
  limit: number,
  from?: string,
  range?: FeedRange,
) {
  const found: StoredDocument[] = [];
  let page = await documents.changes(collection, from, limit, range);
  found.push(...page.documents);
  while (!page.caughtUp) {
    const next = await documents.changes(collection, page.continuation, limit, range);
    if (next.continuation === page.continuation && !next.caughtUp)
      throw new Error(`The feed stays at ${page.continuation}`);
    page = next;
    found.push(...page.documents);
  }
  return { documents: found, continuation: page.continuation };
}
