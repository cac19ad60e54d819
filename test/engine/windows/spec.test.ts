import { expect, test } from 'vitest';
import { calendar, hopping, InvalidWindow, session, sliding, tumbling } from '../../../src/index.ts';

const refused: readonly (readonly [what: string, make: () => unknown])[] = [
  ['no size', () => tumbling({ size: 0 })],
  ['a negative size', () => tumbling({ size: -1 })],
  ['a size that is not whole', () => tumbling({ size: 1.5 })],
  ['a size that is no number', () => tumbling({ size: NaN })],
  ['a size without end', () => tumbling({ size: Infinity })],
  ['a size beyond what can be reckoned exactly', () => tumbling({ size: 2e14 })],
  ['a negative grace', () => tumbling({ size: 10, grace: -1 })],
  ['steps of no length', () => hopping({ size: 10, every: 0 })],
  ['steps that leave times out', () => hopping({ size: 10, every: 11 })],
  ['so many panes that no window could be merged', () => hopping({ size: 3_600_000, every: 7_001 })],
  ['no gap', () => session({ gap: 0 })],
  ['a resolution that does not divide them', () => sliding({ size: 10, resolution: 3 })],
  ['a zone that there is not', () => calendar({ unit: 'day', zone: 'Europe/Atlantis' })],
  ['a grace of its calendar that is negative', () => calendar({ unit: 'day', zone: 'UTC', grace: -1 })],
  ['a grace that is not whole', () => session({ gap: 1, grace: 0.5 })],
];

test.for(refused)('windows with %s are refused', ([, make]) => {
  expect(make).toThrow(InvalidWindow);
});

test('a refusal says what to do', () => {
  expect(() => hopping({ size: 10, every: 11 })).toThrow('Let a window begin at least as often as it is long');
});

test('grace is none where it is not given', () => {
  expect(tumbling({ size: 5 })).toEqual({ kind: 'tumbling', size: 5, every: 5, grace: 0 });
  expect(hopping({ size: 6, every: 2, grace: 1 })).toEqual({ kind: 'hopping', size: 6, every: 2, grace: 1 });
  expect(session({ gap: 3 })).toEqual({ kind: 'session', gap: 3, grace: 0 });
});
