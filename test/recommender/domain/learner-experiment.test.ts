/** Two generations side by side learn what each would learn alone; through failed epochs, checkpoints and restarts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Model } from '../../../src/als/index.ts';
import { inCandidate } from '../../../src/recommender/domain/experiment.ts';
import { toBytes } from '../../../src/recommender/domain/vectors.ts';
import { epochs, Story } from './learner-story.ts';

test('both are to the bit what plain models are that adopted and learnt the same, and readers have the vectors of their arm', async () => {
  await fc.assert(
    fc.asyncProperty(epochs, async life => {
      const story = new Story();
      await story.begin();
      for (const epoch of life) {
        await story.live(epoch);
        agrees(story);
      }
    }),
    { numRuns: 30 },
  );
}, 60_000);

function agrees({ learner, plain, rows, users, items }: Story): void {
  const { candidate } = learner.control;
  const tried = learner.served.candidate?.model;
  expect(tried?.hash()).toBe(plain.candidate?.hash());
  expect(learner.model.hash()).toBe(plain.live.hash());
  expect([...rows.keys()].some(key => key.startsWith('candidate/'))).toBe(candidate !== null);
  const isTried = (user: string): boolean =>
    candidate !== null && inCandidate(user, candidate.generation, candidate.share);
  const expectedUsers = plain.live.ids.users.map(id => [
    id,
    factorsOf(isTried(id) ? plain.candidate : plain.live, 'user', id),
  ]);
  expect(Object.fromEntries(users)).toEqual(Object.fromEntries(expectedUsers));
  const expectedItems = plain.live.ids.items.map(id => {
    const other = plain.candidate === undefined ? '' : ` ${factorsOf(plain.candidate, 'item', id)}`;
    return [id, `${factorsOf(plain.live, 'item', id)}${other}`];
  });
  expect(Object.fromEntries(items)).toEqual(Object.fromEntries(expectedItems));
}

function factorsOf(model: Model | undefined, side: 'user' | 'item', id: string): string {
  const factors = model?.[side](id)?.factors ?? new Int16Array();
  return `${model?.version.generation} ${toBytes(factors).toString('hex')}`;
}
