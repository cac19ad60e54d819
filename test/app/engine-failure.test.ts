import { expect, test } from 'vitest';
import { failureOf } from '../../src/app/engine-failure.ts';
import { Unavailable } from '../../src/errors.ts';

const hiding = { quotes: false };
const caused = (message: string): Error => new Error(message);

test('of an error that is not ours only what stands in code is told, and what Node calls it', () => {
  const heap = Object.assign(caused('of zoe: heap out of memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
  const { code, message } = failureOf(heap, hiding);
  expect(code).toBe('UNEXPECTED');
  expect(message).toContain('(ERR_WORKER_OUT_OF_MEMORY)');
  expect(message).not.toContain('zoe');
});

test('of one of ours the code and the remedy are told, without what it repeats of its cause', () => {
  const cause = caused('zoe was refused');
  const ours = new Unavailable(`No answer: ${cause.message}`, 'Look at it', { cause });
  expect(failureOf(ours, hiding)).toEqual({ code: 'UNAVAILABLE', message: 'No answer: ***. Look at it' });
});

test('who may read records is told all of it', () => {
  expect(failureOf(caused('of zoe'))).toEqual({ code: 'UNEXPECTED', message: expect.stringContaining('of zoe') });
  expect(failureOf('zoe', { quotes: true }).message).toBe('zoe');
  expect(failureOf('zoe', hiding).message).not.toContain('zoe');
});
