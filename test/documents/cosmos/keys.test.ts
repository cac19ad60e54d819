import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodedId, encodedId } from '../../../src/documents/cosmos/ids.ts';
import { foundItem, itemOf } from '../../../src/documents/cosmos/item.ts';
import { collectionPlace, itemPlace, keyOfItem } from '../../../src/documents/cosmos/place.ts';

const anyText = fc.string({ unit: 'grapheme', maxLength: 40 });

test('an id is one that Cosmos DB takes, comes back as it was, and is nobody else’s', () => {
  const all = new Map<string, string>();
  fc.assert(
    fc.property(anyText, id => {
      const encoded = encodedId(id);
      expect(encoded).toMatch(/^[A-Za-z0-9_.:~@|,+=-]+$/);
      expect(decodedId(encoded)).toBe(id);
      expect(all.get(encoded) ?? id).toBe(id);
      all.set(encoded, id);
    }),
    { numRuns: 500 },
  );
  expect(encodedId('user-1:2024.5')).toBe('user-1:2024.5');
});

test('documents of a namespace share its container and are found as its own, whatever their keys', () => {
  const collections = [
    'recommendations',
    'shadow.recommendations',
    's.recommendations',
    'itemVectors',
    'shadow.itemVectors',
  ];
  const places = new Map<string, string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...collections),
      fc.oneof(anyText, fc.constantFrom('~shadow~a', '~~a', '~a', '')),
      (collection, id) => {
        const key = { collection, partition: id, id };
        const place = itemPlace(key);
        expect(keyOfItem(collectionPlace(collection), place.id, place.partitionKey)).toEqual(key);
        const at = JSON.stringify([place.container.name, place.partitionKey, place.id]);
        expect(places.get(at) ?? JSON.stringify(key)).toBe(JSON.stringify(key));
        places.set(at, JSON.stringify(key));
      },
    ),
    { numRuns: 500 },
  );
});

test('every document tells schema, model, task, lineage, epoch, sequence and time', () => {
  const place = itemPlace({ collection: 'recommendations', partition: 'ann', id: 'ann' });
  const body = { generation: 3, number: 7, items: [] };
  const version = { lineage: 1, epoch: 2, seq: 3 };
  expect(itemOf(place, { body, task: 'recommend/0', version, updatedAt: 5 })).toEqual({
    id: 'ann',
    userId: 'ann',
    schemaVersion: 1,
    modelVersion: '3.7',
    task: 'recommend/0',
    lineage: 1,
    epoch: 2,
    seq: 3,
    updatedAt: 5,
    body,
  });
  expect(itemOf(place, { body: null, task: 'recommend/0', version, updatedAt: 5 })).toMatchObject({
    body: null,
    ttl: 2_592_000,
  });
});

test('an order that a shop has written by itself is a document: the item without what the service adds', () => {
  const order = { id: 'o-1', userId: 'ann', orderId: 'o-1', lines: [{ itemId: 'i', quantity: 1 }], status: 'placed' };
  const { id: _, ...body } = order;
  expect(foundItem(collectionPlace('orders'), { ...order, _etag: '"1"', _rid: 'r', _ts: 1, ttl: 9 })).toMatchObject({
    key: { collection: 'orders', partition: 'ann', id: 'o-1' },
    body,
    version: null,
    etag: '"1"',
  });
});
