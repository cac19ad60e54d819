import { describe, expect, test } from 'vitest';
import { Resource } from '../../../src/recommender/web/components/resource.ts';

const now = () => 5;

describe('what is asked of the server', () => {
  test('is being asked, then known with the time it came', async () => {
    const resource = new Resource<string>(now);
    const asked = resource.ask(() => Promise.resolve('answer'));
    expect(resource.known.value).toMatchObject({ value: undefined, asking: true });
    await asked;
    expect(resource.known.value).toEqual({ value: 'answer', at: 5, asking: false, failure: undefined });
  });

  test('stays known when asking again fails, and the failure stands beside it until the next answer', async () => {
    const resource = new Resource<string>(now);
    await resource.ask(() => Promise.resolve('old'));
    await resource.ask(() => Promise.reject(new Error('away')));
    expect(resource.known.value).toMatchObject({ value: 'old', asking: false, failure: new Error('away') });
    await resource.ask(() => Promise.resolve('new'));
    expect(resource.known.value).toMatchObject({ value: 'new', failure: undefined });
  });

  test('is the answer to the newest question, in whatever order answers come', async () => {
    const resource = new Resource<string>(now);
    const slow = Promise.withResolvers<string>();
    let cancelled = false;
    const first = resource.ask(cancel => {
      cancel.addEventListener('abort', () => (cancelled = true));
      return slow.promise;
    });
    await resource.ask(() => Promise.resolve('second'));
    expect(cancelled).toBe(true);
    slow.resolve('first');
    await first;
    expect(resource.known.value.value).toBe('second');
  });

  test('that was given up leaves no failure behind', async () => {
    const resource = new Resource<string>(now);
    const slow = Promise.withResolvers<string>();
    const first = resource.ask(() => slow.promise);
    resource.forget();
    slow.reject(new Error('gone'));
    await first;
    expect(resource.known.value).toMatchObject({ value: undefined, asking: false, failure: undefined });
  });
});
