/** The database and its containers as they are there, and as they are made. */
import {
  type ContainerDefinition as Found,
  type CosmosClient,
  type OfferResponse,
  PartitionKeyDefinitionVersion,
  PartitionKeyKind,
} from '@azure/cosmos';
import { Calls, defaultPatience, type Waiting } from './calls.ts';
import { Charges } from './charges.ts';
import { type CosmosAccount, openClient } from './client.ts';
import { type ContainerDefinition, defaultTtlOf, indexPolicyOf } from './containers.ts';
import { differencesOf, type Throughput, throughputText } from './differences.ts';
import { codeOf, CosmosRefused, NoCosmosContainer, status } from './failures.ts';

export interface Provisioning extends CosmosAccount {
  readonly database: string;
  readonly clock: Waiting;
}

export interface FoundContainer {
  readonly name: string;
  readonly there: boolean;
  /** In words, each with what it should be. */
  readonly differences: readonly string[];
}

export interface FoundDatabase {
  readonly there: boolean;
  /** In words; null where this identity may not see it, or there is no database. */
  readonly throughput: string | null;
  readonly containers: readonly FoundContainer[];
}

/** Looks, and changes nothing. @throws {Unavailable} {CosmosRefused} */
export async function inspect(at: Provisioning, wanted: readonly ContainerDefinition[]): Promise<FoundDatabase> {
  return withClient(at, async (client, calls) => {
    const database = client.database(at.database);
    const where = `The database ${at.database}`;
    const there = await orMissing(calls.request(where, 'write', () => database.read()));
    if (there === undefined) return { there: false, throughput: null, containers: wanted.map(missing) };
    const containers: FoundContainer[] = [];
    for (const container of wanted) {
      const found = await orMissing(
        calls.request(`The container ${container.name}`, 'write', () => database.container(container.name).read()),
      );
      containers.push(found?.resource === undefined ? missing(container) : compared(container, found.resource));
    }
    return { there: true, throughput: await throughputOf(() => database.readOffer()), containers };
  });
}

/** Makes what is missing; answers the names. What is there stays as it is. */
export async function create(
  at: Provisioning,
  wanted: readonly ContainerDefinition[],
  throughput: Throughput,
): Promise<readonly string[]> {
  return withClient(at, async (client, calls) => {
    const given = throughputOptions(throughput);
    const [ofDatabase, ofContainer] = throughput.of === 'database' ? [given, {}] : [{}, given];
    const made: string[] = [];
    await calls.request(`The database ${at.database}`, 'write', async () => {
      const { statusCode } = await client.databases.createIfNotExists({ id: at.database, ...ofDatabase });
      if (statusCode === 201) made.push(at.database);
    });
    for (const container of wanted)
      await calls.request(`The container ${container.name}`, 'write', async () => {
        const { statusCode } = await client
          .database(at.database)
          .containers.createIfNotExists({ ...definitionOf(container), ...ofContainer });
        if (statusCode === 201) made.push(container.name);
      });
    return made;
  });
}

/** As the service takes it, and as infrastructure code does. */
export function definitionOf(container: ContainerDefinition) {
  const { compositeIndexes, includedPaths, excludedPaths, ...policy } = indexPolicyOf(container);
  return {
    id: container.name,
    partitionKey: {
      paths: [container.partitionKey],
      kind: PartitionKeyKind.Hash,
      version: PartitionKeyDefinitionVersion.V2,
    },
    defaultTtl: defaultTtlOf(container),
    indexingPolicy: {
      ...policy,
      includedPaths: includedPaths.map(path => ({ ...path })),
      excludedPaths: excludedPaths.map(path => ({ ...path })),
      ...(compositeIndexes === undefined ? {} : { compositeIndexes: compositeIndexes.map(paths => [...paths]) }),
    },
  };
}

function throughputOptions({ mode, requestUnits }: Throughput) {
  if (mode === 'serverless') return {};
  return mode === 'autoscale' ? { maxThroughput: requestUnits } : { throughput: requestUnits };
}

async function withClient<R>(at: Provisioning, work: (client: CosmosClient, calls: Calls) => Promise<R>): Promise<R> {
  const client = await openClient(at, new Charges());
  const calls = new Calls(at.clock, defaultPatience);
  try {
    return await work(client, calls);
  } finally {
    calls.close();
    client.dispose();
  }
}

const missing = ({ name }: ContainerDefinition): FoundContainer => ({ name, there: false, differences: [] });

const compared = (container: ContainerDefinition, found: Found): FoundContainer => ({
  name: container.name,
  there: true,
  differences: differencesOf(container, found),
});

async function orMissing<R>(found: Promise<R>): Promise<R | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NoCosmosContainer) return undefined;
    throw error;
  }
}

/** The data plane's roles may not see it, and a serverless account refuses to be asked: nothing is wrong then. */
export async function throughputOf(read: () => Promise<OfferResponse>): Promise<string | null> {
  try {
    const { resource } = await read();
    return resource?.content === undefined ? 'no throughput of its own' : throughputText(resource.content);
  } catch (error) {
    const code = codeOf(error);
    if (code === status.badRequest && error instanceof Error && error.message.includes('serverless'))
      return 'serverless';
    if (error instanceof CosmosRefused || code === 401 || code === 403 || code === status.notFound) return null;
    throw error;
  }
}
