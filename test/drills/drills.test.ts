/** Every drill once, on the adapters of a laptop, as `npm run drill` does it, and what each other adapter changes. */
import { expect, test } from 'vitest';
import { documents } from './documents.ts';
import { done } from './done.ts';
import { drills } from './drills.ts';
import { restore } from './restore.ts';

const phases = new Set(['prepare', 'damage', 'recover', 'check']);
/** What somebody means to do, where nothing is broken. */
const planned = new Set(['prepare', 'recover', 'check']);

test.for(drills.map(drill => [drill.name, drill] as const))('%s', async ([, drill], { signal }) => {
  expect(await done(drill, {}, signal)).toEqual(drill.name === 'rotate' ? planned : phases);
});

test('containers of Cosmos DB are lost, and come back', async ({ signal }) => {
  expect(await done(documents, { documents: 'cosmos' }, signal)).toEqual(phases);
});

test('another machine goes on from snapshots in Blob Storage', async ({ signal }) => {
  expect(await done(restore, { snapshots: 'blob' }, signal)).toEqual(phases);
});
