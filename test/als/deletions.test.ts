import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deletedRating, type Interaction, InvalidSettings, Model, type TrainingInput } from '../../src/als/index.ts';
import { noStars } from '../../src/als/share-code.ts';
import { checkerboard, rated, small, someEvents } from './events.ts';

/** Of each pair that says anything weight, preference and stars: all that either model is trained on. */
function factsOf(model: Model): string[] {
  const input: TrainingInput = model.freeze();
  const facts: string[] = [];
  for (const [user, userId] of input.live.users.ids.entries())
    for (let at = input.starts[user] ?? NaN; at < (input.starts[user + 1] ?? NaN); at++) {
      const [confidence, preference, stars] = [input.confidences[at], input.preferences[at], input.stars[at]];
      const itemId = input.live.items.ids[input.items[at] ?? NaN];
      if (confidence !== 0 || stars !== noStars) facts.push(`${userId} ${itemId} ${confidence} ${preference} ${stars}`);
    }
  return facts.sort();
}

/** What does not depend on vectors. */
const knownTo = (model: Model): readonly unknown[] => [
  factsOf(model),
  model.mean,
  model.counts.ratings,
  // An item of which nothing is left stays known, as one that was only looked at does.
  model.popular(9).filter(({ score }) => score > 0),
  ['user 0', 'user 1', 'user 2', 'user 3', 'user 4'].map(user => model.seen(user)),
];

const listFor = (model: Model, userId: string): string[] =>
  (model.topN(userId, { n: 8, exclude: new Set(model.seen(userId)) }) ?? []).map(({ itemId }) => itemId);

const deletion = (userId: string, itemId: string, time: number, eventId: string): Interaction =>
  rated(userId, itemId, deletedRating, { time, eventId });

/** By definition: what was rated up to a deletion of the same user and item is not there, nor is the deletion. */
const withoutDeleted = (events: readonly Interaction[]): Interaction[] =>
  events.filter(
    ({ kind, value, userId, itemId, time }) =>
      kind !== 'rating' ||
      (value !== deletedRating &&
        !events.some(
          other =>
            other.kind === 'rating' &&
            other.value === deletedRating &&
            other.userId === userId &&
            other.itemId === itemId &&
            other.time >= time,
        )),
  );

const someDeletions = fc
  .array(fc.record({ user: fc.nat(4), item: fc.nat(5), time: fc.nat(20) }), { maxLength: 8 })
  .map(list => list.map(({ user, item, time }, n) => deletion(`user ${user}`, `item ${item}`, time, `deletion ${n}`)));

test('ratings that are deleted leave the facts of a log in which they never were, in any order and any cuts', () => {
  const cuts = fc.integer({ min: 1, max: 20 });
  const order = fc.array(fc.nat(), { minLength: 48, maxLength: 48 });
  fc.assert(
    fc.property(someEvents, someDeletions, order, cuts, (some, deletions, keys, cut) => {
      const events = [...some, ...deletions];
      const arrived = events.map((event, n) => [keys[n] ?? 0, event] as const).sort(([a], [b]) => a - b);
      const [model, never] = [new Model(small), new Model(small)];
      for (let at = 0; at < arrived.length; at += cut)
        model.learn(arrived.slice(at, at + cut).map(([, event]) => event));
      never.learn(withoutDeleted(events));
      expect(knownTo(model)).toEqual(knownTo(never));
    }),
  );
});

test('a deleted rating is neither estimated nor counted, and its item may be recommended again', () => {
  const model = new Model(small);
  model.learn(checkerboard(8));
  const [ratings, before] = [model.counts.ratings, model.stars('u1', 'i1')];
  expect(listFor(model, 'u1')).not.toContain('i1');
  const { events, prequential } = model.learn([deletion('u1', 'i1', 2_000, 'away')]);
  expect(events).toBe(1);
  expect(prequential.warm.count + prequential.cold.count).toBe(0);
  expect(model.judge([deletion('u1', 'i1', 3_000, 'again')]).warm.count).toBe(0);
  expect(model.counts.ratings).toBe(ratings - 1);
  expect(model.seen('u1')).not.toContain('i1');
  expect(listFor(model, 'u1')).toContain('i1');
  expect(model.stars('u1', 'i1')).not.toBe(before);
  model.learn([rated('u1', 'i1', 5, { time: 4_000, eventId: 'rated again' })]);
  expect(model.counts.ratings).toBe(ratings);
});

test('what else was done with the item stands, and speaks in the place of the rating', () => {
  const model = new Model(small);
  const order: Interaction = { ...rated('u', 'i', 2), kind: 'order', eventId: 'order' };
  model.learn([order, rated('u', 'i', 1, { time: 1_500, eventId: 'disliked' })]);
  const [pair] = factsOf(model);
  expect(pair).toMatch(/^u i 32 0 /);
  model.learn([deletion('u', 'i', 2_000, 'away')]);
  expect(factsOf(model)).toEqual([`u i 32 1 ${noStars}`]);
  expect(model.seen('u')).toEqual(['i']);
});

test('a weight for the least of stars does not count a deletion', () => {
  const weights = {
    ageBounds_ms: [],
    rules: [{ kind: 'rating', atLeast: -1, preference: 1, confidence: [16] }],
  } as const;
  const model = new Model({ ...small, weights });
  model.learn([rated('u', 'i', 4), deletion('u', 'i', 1_000, 'a')]);
  expect(factsOf(model)).toEqual([]);
});

test('a deletion takes back what was rated at its own time, whatever their ids and whichever comes first', () => {
  for (let n = 0; n < 8; n++) {
    const [rating, away] = [rated('u', 'i', 4, { eventId: `rating ${n}` }), deletion('u', 'i', 1_000, `away ${n}`)];
    for (const order of [
      [rating, away],
      [away, rating],
    ]) {
      const model = new Model(small);
      for (const event of order) model.learn([event]);
      expect(factsOf(model)).toEqual([]);
    }
  }
});

test('a scale on which a deletion would be a rating is refused', () => {
  expect(() => new Model({ scale: { min: 0, max: 5 } })).toThrow(InvalidSettings);
});
