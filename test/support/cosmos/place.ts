/** Places for the contract of documents: a database of the fixture, with containers as `millrace documents` makes them. */
import { randomBytes } from 'node:crypto';
import { CosmosClient, PartitionKeyDefinitionVersion, PartitionKeyKind } from '@azure/cosmos';
import { schemasCollection } from '../../../src/app/shared-schemas.ts';
import { containerOf, defaultTtlOf, indexPolicyOf } from '../../../src/documents/cosmos/containers.ts';
import { openCosmosDocuments, type CosmosDocumentsOptions } from '../../../src/documents/cosmos/documents.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import type { DocumentsPlace } from '../../contract/documents.ts';
import { startFixture, type CosmosFixture, type FixtureOptions } from './server.ts';

export const database = 'millrace';

/** A key of its own, as long as the service's. */
export const newKey = (): string => randomBytes(64).toString('base64');

export interface CosmosPlace extends DocumentsPlace {
  readonly fixture: CosmosFixture;
}

export async function cosmosPlace(
  options: Partial<FixtureOptions> = {},
  opened: Partial<CosmosDocumentsOptions> = {},
): Promise<CosmosPlace> {
  const fixture = await startFixture({ key: newKey(), ...options });
  await makeContainers(fixture, ['journals']);
  let collections = 0;
  return {
    fixture,
    connect: () => openDocuments(fixture, opened),
    emptyCollection: async () => {
      const name = `collection-${(collections += 1)}`;
      await makeContainers(fixture, [name]);
      return name;
    },
    split: async collection => fixture.account.split(database, collection),
    remove: async () => {
      await fixture[Symbol.asyncDispose]();
    },
  };
}

type At = Pick<CosmosFixture, 'endpoint' | 'key'>;

export const openDocuments = ({ endpoint, key }: At, opened: Partial<CosmosDocumentsOptions> = {}) =>
  openCosmosDocuments({ endpoint, key, database, timeoutMs: 10_000, clock: systemClock, ...opened });

/** Beside those that are named the one that whoever opens ports needs. */
export async function makeContainers(
  { endpoint, key }: At,
  names: readonly string[],
  within = database,
): Promise<void> {
  const client = new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } });
  try {
    await client.databases.createIfNotExists({ id: within });
    for (const name of new Set([...names, schemasCollection])) {
      const container = containerOf(name);
      await client.database(within).containers.createIfNotExists({
        id: name,
        partitionKey: {
          paths: [container.partitionKey],
          kind: PartitionKeyKind.Hash,
          version: PartitionKeyDefinitionVersion.V2,
        },
        defaultTtl: defaultTtlOf(container),
        indexingPolicy: JSON.parse(JSON.stringify(indexPolicyOf(container))),
      });
    }
  } finally {
    client.dispose();
  }
}
