/** Ports whose every call passes through a function of the test: to fail it, hold it, count it. */
import type { Documents, DocumentWrite } from '../../src/documents/port.ts';
import type { StateStore } from '../../src/engine/state/store.ts';
import type { Append, Offset, Transport } from '../../src/transport/port.ts';

/** `appendBatch` and `writeOne` are the parts that an append and a write of documents are made of. */
export type PortCall =
  | 'bounds'
  | 'read'
  | 'append'
  | 'appendBatch'
  | 'grown'
  | 'commit'
  | 'write'
  | 'writeOne'
  | 'takeFence'
  | 'journalHead'
  | 'journalAppend'
  | 'journalAmend'
  | 'journalAfter';

/** Called in place of a port: does the work, or fails before or after it. */
export type Around = <R>(call: PortCall, work: () => Promise<R>) => Promise<R>;

/** An append becomes one request for each batch, since nobody may count on it being atomic. */
export function aroundTransport(real: Transport, around: Around): Transport {
  return {
    createTopic: (topic, options) => real.createTopic(topic, options),
    topics: () => real.topics(),
    deleteTopic: topic => real.deleteTopic(topic),
    partitions: topic => real.partitions(topic),
    bounds: at => around('bounds', () => real.bounds(at)),
    offsetAt: (at, time) => real.offsetAt(at, time),
    read: request => around('read', () => real.read(request)),
    append: appends => around('append', () => appendBatches(real, appends, around)),
    grown: (past, signal) => around('grown', () => real.grown(past, signal)),
    commit: (group, offsets) => around('commit', () => real.commit(group, offsets)),
    committed: group => real.committed(group),
    applyRetention: now => real.applyRetention(now),
    close: () => real.close(),
  };
}

/** A write of documents becomes one for each document. */
export function aroundDocuments(real: Documents, around: Around): Documents {
  return {
    write: writes => around('write', () => writeOneByOne(real, writes, around)),
    get: key => real.get(key),
    isCurrent: (key, etag) => real.isCurrent(key, etag),
    put: (key, body, condition) => real.put(key, body, condition),
    list: request => real.list(request),
    changes: (collection, continuation, limit, range) => real.changes(collection, continuation, limit, range),
    feedEnd: collection => real.feedEnd(collection),
    feedRanges: collection => real.feedRanges(collection),
    journal: {
      takeFence: task => around('takeFence', () => real.journal.takeFence(task)),
      head: task => around('journalHead', () => real.journal.head(task)),
      append: (task, fence, entry) => around('journalAppend', () => real.journal.append(task, fence, entry)),
      amend: (task, fence, entry) => around('journalAmend', () => real.journal.amend(task, fence, entry)),
      after: (task, epoch, limit) => around('journalAfter', () => real.journal.after(task, epoch, limit)),
      trim: (task, epoch) => real.journal.trim(task, epoch),
      reset: (task, fence) => real.journal.reset(task, fence),
    },
    close: () => real.close(),
  };
}

/** A local store does its work or none of it: it can only fail before. */
export function beforeCommit(real: StateStore, before: () => void): StateStore {
  return {
    head: task => real.head(task),
    entries: (task, step) => real.entries(task, step),
    get: (task, step, key) => real.get(task, step, key),
    range: (task, step, from, limit, end) => real.range(task, step, from, limit, end),
    rangeBack: (task, step, range, limit) => real.rangeBack(task, step, range, limit),
    commit: (task, head, changes) => {
      before();
      real.commit(task, head, changes);
    },
    replacing: (task, fence) => real.replacing(task, fence),
    discard: task => real.discard(task),
    close: () => real.close(),
  };
}

export type StateRead = 'get' | 'range' | 'rangeBack';

/** Called before each read of single entries. */
export function beforeReads(real: StateStore, before: (read: StateRead) => void): StateStore {
  return {
    ...beforeCommit(real, () => {}),
    get: (task, step, key) => {
      before('get');
      return real.get(task, step, key);
    },
    range: (task, step, from, limit, end) => {
      before('range');
      return real.range(task, step, from, limit, end);
    },
    rangeBack: (task, step, range, limit) => {
      before('rangeBack');
      return real.rangeBack(task, step, range, limit);
    },
  };
}

async function appendBatches(real: Transport, appends: readonly Append[], around: Around): Promise<Offset[]> {
  const firsts: Offset[] = [];
  for (const { topic, partition, batches } of appends) {
    let first: Offset | undefined;
    for (const batch of batches) {
      const [offset] = await around('appendBatch', () => real.append([{ topic, partition, batches: [batch] }]));
      first ??= offset;
    }
    firsts.push(first ?? (await real.bounds({ topic, partition })).end);
  }
  return firsts;
}

async function writeOneByOne(real: Documents, writes: readonly DocumentWrite[], around: Around): Promise<void> {
  for (const write of writes) await around('writeOne', () => real.write([write]));
}
