/** What the documents need of their store, what is there, and the difference. */
import { type Clock, systemClock } from '../engine/clock.ts';
import type { Config } from './config.ts';

export interface PlannedContainer {
  readonly name: string;
  readonly partitionKey: string;
  /** In words. */
  readonly expires: string;
  readonly holds: string;
  readonly there: boolean;
  readonly differences: readonly string[];
  /** As the service and infrastructure code take it. */
  readonly definition: object;
}

export interface DocumentPlan {
  readonly of: string;
  /** In words: as it is, as far as it can be seen; as it would be made where the database is missing. */
  readonly throughput: string;
  readonly containers: readonly PlannedContainer[];
  /** Everything that is wrong, a sentence each. */
  readonly problems: readonly string[];
}

type Settings = Pick<Config, 'documents' | 'cosmos' | 'data'>;
/** Of an application of yours; the recommender's are known. */
type Collections = readonly string[] | 'recommender';

/** A file of SQLite makes itself, and so has nothing to plan. */
export async function planDocuments(
  settings: Settings,
  collections: Collections,
  clock: Clock = systemClock,
): Promise<DocumentPlan> {
  if (settings.documents === 'sqlite')
    return { of: `a file in ${settings.data}`, throughput: 'makes itself', containers: [], problems: [] };
  const { asDefinition, inspectCosmos } = await import('./open-documents.ts');
  const wanted = await containersOf(collections);
  const found = await inspectCosmos(settings, wanted, clock);
  const containers = wanted.map((container, n): PlannedContainer => {
    const { there = false, differences = [] } = found.containers[n] ?? {};
    const { name, partitionKey, holds, lifetimeDays } = container;
    const expires = lifetimeDays === undefined ? 'never' : `after ${lifetimeDays} days`;
    return { name, partitionKey, expires, holds, there, differences, definition: asDefinition(container) };
  });
  const { database, throughput } = settings.cosmos;
  return {
    of: `database ${database}`,
    throughput: found.there
      ? (found.throughput ?? notVisible)
      : `${throughput.mode}, ${throughput.requestUnits} RU/s a ${throughput.of}`,
    containers,
    problems: [...(found.there ? [] : [`database ${database}: it is missing`]), ...containers.flatMap(problemsOf)],
  };
}

/** Roles of the data plane read none: what is configured is not what was bought. */
const notVisible = 'throughput not visible to this identity, see `az cosmosdb sql database throughput show`';

/** Answers what was missing. */
export async function createDocuments(
  settings: Settings,
  collections: Collections,
  clock: Clock = systemClock,
): Promise<readonly string[]> {
  if (settings.documents === 'sqlite') return [];
  const { createInCosmos } = await import('./open-documents.ts');
  return createInCosmos(settings, await containersOf(collections), clock);
}

async function containersOf(collections: Collections) {
  const { containersFor } = await import('./open-documents.ts');
  return collections === 'recommender' ? containersFor([], true) : containersFor(collections, false);
}

const problemsOf = ({ name, there, differences }: PlannedContainer): string[] =>
  there ? differences.map(difference => `${name}: ${difference}`) : [`${name}: it is missing`];
