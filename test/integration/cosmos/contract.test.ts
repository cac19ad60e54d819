import { documentsContract } from '../../contract/documents.ts';
import { expect, test } from 'vitest';
import { holdsBatchConditions } from '../../support/cosmos/batch-conditions.ts';
import { cosmosPlace } from '../../support/cosmos/place.ts';

documentsContract('cosmos, on the protocol fixture', () => cosmosPlace({ ranges: 3 }));

test('the fixture holds the conditions of a batch, as the service does and not every emulator', async () => {
  const place = await cosmosPlace();
  expect(await holdsBatchConditions(place.fixture)).toBe(true);
  await place.remove();
});
