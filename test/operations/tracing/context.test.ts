import { expect, test } from 'vitest';
import { contextIn, headerOf, traceIdOf } from '../../../src/operations/tracing/context.ts';
import { begunElsewhere } from '../../support/spans.ts';

const { traceId, spanId, header } = begunElsewhere();

test('a header names the context that it was made of', () => {
  expect(contextIn(header)).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true });
  expect(contextIn(begunElsewhere('00').header)?.traceFlags).toBe(0);
  expect(headerOf({ traceId, spanId, traceFlags: 1 })).toBe(header);
  expect(traceIdOf(header)).toBe(traceId);
});

test('flags that we do not know are not ours to hand on', () => {
  const known = contextIn(`00-${traceId}-${spanId}-ff`);
  expect(known && headerOf(known)).toBe(header);
});

test.each([
  ['nothing', ''],
  ['words', 'trace'],
  ['no trace', `00-${'0'.repeat(32)}-${spanId}-01`],
  ['no span', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['upper case', header.toUpperCase()],
  ['more than its version has', `${header}-01`],
  ['a version that never will be', `ff${header.slice(2)}`],
])('a header of %s names nothing', (_what, text) => {
  expect(contextIn(text)).toBeUndefined();
});

test('a later version is read as far as it is known', () => {
  expect(contextIn(`01${header.slice(2)}-more`)?.traceId).toBe(traceId);
});
