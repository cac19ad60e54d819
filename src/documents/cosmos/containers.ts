/**
 * The containers that the documents lie in: one table, which `millrace documents` plans, creates and verifies by, and
 * which infrastructure code is made from. Pure data: it needs neither the service nor its library.
 */

export interface ContainerDefinition {
  readonly name: string;
  /** Path of the partition key; `/id` where a document is alone in its partition and is called like it. */
  readonly partitionKey: string;
  readonly holds: string;
  /** Documents that nobody has written for so many days expire; where absent they stay. */
  readonly lifetimeDays?: number;
  /** Processes decide by what they read there: it is read in the session, whatever is said of documents that are served. */
  readonly decides?: true;
}

export const containers: readonly ContainerDefinition[] = [
  { name: 'userVectors', partitionKey: '/id', holds: 'vectors of users' },
  { name: 'itemVectors', partitionKey: '/id', holds: 'vectors of items' },
  { name: 'recommendations', partitionKey: '/userId', holds: 'lists, one a user' },
  { name: 'profiles', partitionKey: '/id', holds: 'what is known of a user' },
  { name: 'histories', partitionKey: '/userId', holds: 'what a user has done, page by page' },
  { name: 'items', partitionKey: '/id', holds: 'the catalogue' },
  { name: 'aggregates', partitionKey: '/entityId', holds: 'windows of trends and leaders', lifetimeDays: 90 },
  { name: 'models', partitionKey: '/modelName', holds: 'the live model, generations and commands' },
  { name: 'quality', partitionKey: '/topology', holds: 'how good the lists are' },
  { name: 'scores', partitionKey: '/id', holds: 'lists of `millrace score`' },
  { name: 'journals', partitionKey: '/task', holds: 'fences and plans of the tasks', decides: true },
  { name: 'orders', partitionKey: '/userId', holds: 'orders of the shop', decides: true },
  { name: 'toldOrders', partitionKey: '/userId', holds: 'what the log was told of orders', decides: true },
  { name: 'leases', partitionKey: '/feed', holds: 'how far the readers of change feeds are', decides: true },
  { name: 'taskOwners', partitionKey: '/group', holds: 'which process answers for a task', decides: true },
  { name: 'redriven', partitionKey: '/origin', holds: 'which dead letters were sent again', decides: true },
  { name: 'schemas', partitionKey: '/registry', holds: 'schemas that records name, by fingerprint', decides: true },
  { name: 'millrace-namespaces', partitionKey: '/kind', holds: 'namespaces of replays', decides: true },
];

export const journals = 'journals';

/** A collection that the table does not know, such as one of an application of yours. */
export const otherContainer = (name: string): ContainerDefinition => ({
  name,
  partitionKey: '/partition',
  holds: 'documents of the application',
});

export const containerOf = (name: string): ContainerDefinition =>
  containers.find(known => known.name === name) ?? otherContainer(name);

/** Marks what a replay's namespace has written into the containers that all namespaces share. */
export const namespaceProperty = 'namespace';

const secondsOfDay = 86_400;

/** -1: documents may expire by a time of their own, and else stay. */
export const defaultTtlOf = ({ lifetimeDays }: ContainerDefinition): number =>
  lifetimeDays === undefined ? -1 : lifetimeDays * secondsOfDay;

/** Removed documents stay as tombstones, which refuse older writes, and then expire. */
export const tombstoneTtlSeconds = 30 * secondsOfDay;

export interface IndexPolicy {
  readonly indexingMode: 'consistent';
  readonly automatic: true;
  readonly includedPaths: readonly { readonly path: string }[];
  readonly excludedPaths: readonly { readonly path: string }[];
  readonly compositeIndexes?: readonly (readonly { readonly path: string; readonly order: 'ascending' }[])[];
}

/**
 * Only what lists ask for is indexed: every indexed property makes each write dearer. Never mode `none`, which forbids
 * documents to expire. The service indexes `id` by itself.
 */
export function indexPolicyOf({ name, partitionKey }: ContainerDefinition): IndexPolicy {
  const policy = { indexingMode: 'consistent', automatic: true, excludedPaths: [{ path: '/*' }] } as const;
  if (name === journals) return { ...policy, includedPaths: [] };
  const namespace = { path: `/${namespaceProperty}/?` };
  if (partitionKey === '/id') return { ...policy, includedPaths: [namespace] };
  return {
    ...policy,
    includedPaths: [{ path: `${partitionKey}/?` }, namespace],
    compositeIndexes: [
      [
        { path: partitionKey, order: 'ascending' },
        { path: '/id', order: 'ascending' },
      ],
    ],
  };
}
