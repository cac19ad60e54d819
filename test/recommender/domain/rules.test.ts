import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Picker, noRules } from '../../../src/recommender/domain/rules.ts';

const item = (...genres: string[]) => ({ genres, available: true });
const picked = (picker: Picker<{ itemId: string }>): string[] => picker.picked.map(({ itemId }) => itemId);

test('an item has to have one of the genres that were asked for, whatever their case', () => {
  const picker = new Picker(9, { genres: ['drama', 'Sci-Fi'] });
  picker.offer({ itemId: 'crime' }, item('Crime'));
  picker.offer({ itemId: 'drama' }, item('Crime', 'Drama'));
  picker.offer({ itemId: 'space' }, item('sci-fi'));
  picker.offer({ itemId: 'unknown' }, undefined);
  expect(picked(picker)).toEqual(['drama', 'space']);
});

test('what is not available, is excluded or stands there already is passed over', () => {
  const picker = new Picker(9, noRules);
  picker.exclude(['had']);
  for (const itemId of ['a', 'had', 'a', 'b']) picker.offer({ itemId }, item('Drama'));
  picker.offer({ itemId: 'gone' }, { genres: [], available: false });
  picker.offer({ itemId: 'unknown' }, undefined);
  expect(picked(picker)).toEqual(['a', 'b', 'unknown']);
});

test('of a genre no more than the cap is taken, an item of several counting for each', () => {
  const picker = new Picker(9, { genres: [], maxPerGenre: 2 });
  picker.offer({ itemId: 'both' }, item('Crime', 'Drama'));
  picker.offer({ itemId: 'drama' }, item('Drama'));
  picker.offer({ itemId: 'third drama' }, item('Drama', 'War'));
  picker.offer({ itemId: 'war' }, item('War'));
  picker.offer({ itemId: 'crime' }, item('Crime'));
  picker.offer({ itemId: 'third crime' }, item('Crime'));
  expect(picked(picker)).toEqual(['both', 'drama', 'war', 'crime']);
});

test('whatever is offered, the list has the first n that fit, as choosing one by one finds them', () => {
  const genre = fc.constantFrom('A', 'B', 'C', 'D');
  const offered = fc.uniqueArray(
    fc.record({ itemId: fc.string({ maxLength: 3 }), genres: fc.uniqueArray(genre), available: fc.boolean() }),
    { selector: ({ itemId }) => itemId },
  );
  fc.assert(
    fc.property(offered, fc.array(genre, { maxLength: 2 }), fc.integer({ min: 1, max: 3 }), (items, genres, most) => {
      const picker = new Picker(5, { genres, maxPerGenre: most });
      for (const each of items) picker.offer(each, each);
      const expected: (typeof items)[number][] = [];
      for (const each of items) {
        const isAsked = genres.length === 0 || each.genres.some(of => genres.includes(of));
        const isFull = each.genres.some(of => expected.filter(other => other.genres.includes(of)).length >= most);
        if (expected.length < 5 && each.available && isAsked && !isFull) expected.push(each);
      }
      expect(picker.picked).toEqual(expected);
    }),
  );
});
