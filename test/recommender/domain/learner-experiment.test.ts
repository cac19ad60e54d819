/** Two generations side by side learn what each would learn alone; through failed epochs, checkpoints and restarts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Model } from '../../../src/als/index.ts';
import { inCandidate } from '../../../src/recommender/domain/experiment.ts';
import { toBytes } from '../../../src/recommender/domain/vectors.ts';
import { epochs, lives, Story } from './learner-story.ts';

test('both are to the bit what plain models are that adopted and learnt the same, and readers have the vectors of their arm', async () => {
  await fc.assert(
    fc.asyncProperty(epochs, async life => {
      const story = new Story();
      await story.begin();
      for (const epoch of life) {
        await story.live(epoch);
        expect(told(story)).toEqual(expected(story));
      }
    }),
    { numRuns: 30, examples: lives },
  );
}, 60_000);

/** What the learner is and has told, and whether anything of an experiment is in its checkpoint. */
const told = ({ learner, rows, users, items }: Story) => ({
  live: learner.model.hash(),
  candidate: learner.served.candidate?.model.hash(),
  stores: [...rows.keys()].some(key => key.startsWith('candidate/')),
  users: Object.fromEntries(users),
  items: Object.fromEntries(items),
});

function expected({ learner: { control }, plain: { live, candidate } }: Story): ReturnType<typeof told> {
  const { generation = 0, share = 0 } = control.candidate ?? {};
  const modelOf = (user: string) => (candidate && inCandidate(user, generation, share) ? candidate : live);
  const itemOf = (id: string) =>
    [live, candidate].flatMap(each => (each === undefined ? [] : factorsOf(each, 'item', id))).join(' ');
  return {
    live: live.hash(),
    candidate: candidate?.hash(),
    stores: candidate !== undefined,
    users: Object.fromEntries(live.ids.users.map(id => [id, factorsOf(modelOf(id), 'user', id)])),
    items: Object.fromEntries(live.ids.items.map(id => [id, itemOf(id)])),
  };
}

function factorsOf(model: Model, side: 'user' | 'item', id: string): string {
  const factors = model[side](id)?.factors ?? new Int16Array();
  return `${model.version.generation} ${toBytes(factors).toString('hex')}`;
}
