import { expect } from 'vitest';
import { ConditionFailed } from '../../../src/documents/port.ts';
import { Fenced } from '../../../src/errors.ts';
import type { Promised } from '../promises.ts';
import { at, type DocumentsSetting } from './setting.ts';

const plan = (epoch: number, text = `plan ${epoch}`) => ({ epoch, plan: text });

/** What callers may rely on who do not wait for one another: an adapter may do their calls together. */
export function togetherPromises(promise: Promised<DocumentsSetting>): void {
  promise('of calls made at once each succeeds or fails by itself', async ({ documents, key, write }) => {
    const { journal } = documents;
    const [a, b] = [await journal.takeFence('a/0'), await journal.takeFence('b/0')];
    await documents.put(key('there'), { n: 0 }, 'always');
    const outcomes = await outcomesOf([
      journal.append('a/0', a.fence, plan(1)),
      journal.append('b/0', b.fence - 1, plan(1)),
      documents.write([write('written', at(0, 1, 0), { n: 1 })]),
      documents.put(key('there'), { n: 2 }, 'absent'),
      documents.put(key('new'), { n: 3 }, 'absent'),
      journal.append('b/0', b.fence, plan(7)),
      journal.append('b/0', b.fence, plan(1)),
    ]);
    expect(outcomes).toEqual([
      'done',
      expect.any(Fenced),
      'done',
      expect.any(ConditionFailed),
      'done',
      expect.any(Fenced),
      'done',
    ]);
    expect(await journal.after('a/0', 0, 9)).toEqual([plan(1)]);
    expect(await journal.after('b/0', 0, 9)).toEqual([plan(1)]);
    const bodies = await Promise.all(['written', 'there', 'new'].map(async id => (await documents.get(key(id)))?.body));
    expect(bodies).toEqual([{ n: 1 }, { n: 0 }, { n: 3 }]);
  });

  promise('calls are done in the order in which they are made', async ({ documents, key, write }) => {
    const { journal } = documents;
    const { fence } = await journal.takeFence('a/0');
    await Promise.all([
      journal.append('a/0', fence, plan(1)),
      journal.append('a/0', fence, plan(2)),
      journal.amend('a/0', fence, plan(2, 'with a skip')),
      documents.put(key('a'), { n: 1 }, 'absent'),
      documents.write([write('a', at(0, 1, 0), { n: 2 })]),
      journal.append('a/0', fence, plan(3)),
      journal.trim('a/0', 1),
    ]);
    expect(await journal.after('a/0', 0, 9)).toEqual([plan(2, 'with a skip'), plan(3)]);
    expect((await documents.get(key('a')))?.body).toEqual({ n: 2 });
  });

  promise('many callers at once are all served', async ({ documents, collection, write }) => {
    const calls = Array.from({ length: 600 }, (_, n) => documents.write([write(`id-${n}`, at(0, 1, n), { n })]));
    await Promise.all(calls);
    expect(await documents.list({ collection, limit: 1_000 })).toHaveLength(600);
  });
}

const outcomesOf = (calls: readonly Promise<unknown>[]): Promise<unknown[]> =>
  Promise.all(
    calls.map(call =>
      call.then(
        () => 'done',
        (error: unknown) => error,
      ),
    ),
  );
