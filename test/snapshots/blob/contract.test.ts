import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { openBlobSnapshots } from '../../../src/snapshots/blob/snapshots.ts';
import { snapshotsContract } from '../../contract/snapshots.ts';
import { type Azurite, startAzurite } from '../../support/azurite.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite[Symbol.asyncDispose]());

snapshotsContract('blob', async () => {
  const place = { connectionString: azurite.connectionString, container: `test-${randomUUID()}` };
  const prefix = 'a/prefix';
  return {
    connect: () => openBlobSnapshots({ place, prefix, createContainer: true }),
    remove: async () => {},
  };
});
