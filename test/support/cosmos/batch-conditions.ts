/** Whether a Cosmos DB holds conditions within transactional batches, on which the fences of journals stand. */
import { BulkOperationType, CosmosClient } from '@azure/cosmos';
import { makeContainers } from './place.ts';

export async function holdsBatchConditions(
  at: { readonly endpoint: string; readonly key: string },
  database = 'looked-at',
): Promise<boolean> {
  await makeContainers(at, ['journals'], database);
  const client = new CosmosClient({ ...at, connectionPolicy: { enableEndpointDiscovery: false } });
  try {
    const { items } = client.database(database).container('journals');
    const item = { id: 'head', task: 'looked at' };
    const { etag } = await items.upsert(item);
    await items.upsert({ ...item, newer: true });
    const resourceBody = { ...item, stale: true };
    const stale = { operationType: BulkOperationType.Replace, id: item.id, ifMatch: etag, resourceBody } as const;
    const { result = [] } = await items.batch([stale], item.task);
    return result.every(({ statusCode }) => statusCode >= 400);
  } finally {
    client.dispose();
  }
}
