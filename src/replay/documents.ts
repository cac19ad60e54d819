/** Documents and journals as a namespace sees them: its own collections and tasks under their plain names. */
import type { DocumentKey, Documents, Journal, StoredDocument } from '../documents/port.ts';
import { type Namespace, ownName, topologyOf } from './namespace.ts';

/** Wraps the documents of the namespace's base; closing it closes those. */
export function namespaceDocuments(base: Documents, { name, collections, topologies }: Namespace): Documents {
  const own = new Set(collections);
  const nameOf = (collection: string): string => (own.has(collection) ? ownName(name, collection) : collection);
  const inside = <K extends Pick<DocumentKey, 'collection'>>(key: K): K => ({
    ...key,
    collection: nameOf(key.collection),
  });
  const plain = (collection: string) => (document: StoredDocument) => ({ ...document, collection });
  const { text } = base;
  return {
    write: writes => base.write(writes.map(inside)),
    get: async key => {
      const found = await base.get(inside(key));
      return found && plain(key.collection)(found);
    },
    ...(text && { text: (key: DocumentKey) => text(inside(key)) }),
    isCurrent: (key, etag) => base.isCurrent(inside(key), etag),
    put: (key, body, condition) => base.put(inside(key), body, condition),
    list: async request => (await base.list(inside(request))).map(plain(request.collection)),
    changes: async (collection, continuation, limit, range) => {
      const page = await base.changes(nameOf(collection), continuation, limit, range);
      return { ...page, documents: page.documents.map(plain(collection)) };
    },
    feedEnd: collection => base.feedEnd(nameOf(collection)),
    feedRanges: collection => base.feedRanges(nameOf(collection)),
    journal: namespaceJournal(base.journal, taskNames(name, topologies)),
    close: () => base.close(),
  };
}

/** How a task of the namespace is called where all lie together; one of its base keeps its name. */
export function taskNames(name: string, topologies: readonly string[]): (task: string) => string {
  const own = new Set(topologies);
  return task => (own.has(topologyOf(task)) ? ownName(name, task) : task);
}

const namespaceJournal = (base: Journal, nameOf: (task: string) => string): Journal => ({
  takeFence: task => base.takeFence(nameOf(task)),
  head: task => base.head(nameOf(task)),
  append: (task, fence, entry) => base.append(nameOf(task), fence, entry),
  amend: (task, fence, entry) => base.amend(nameOf(task), fence, entry),
  after: (task, epoch, limit) => base.after(nameOf(task), epoch, limit),
  trim: (task, epoch) => base.trim(nameOf(task), epoch),
  reset: (task, fence) => base.reset(nameOf(task), fence),
});
