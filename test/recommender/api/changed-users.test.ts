import { describe, expect, onTestFinished, test } from 'vitest';
import type { Documents } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { ChangedUsers } from '../../../src/recommender/api/live/changed-users.ts';

function opened(): Documents {
  const documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  onTestFinished(() => documents.close());
  return documents;
}

/** Feeds that tell which pages were asked of them, and what is told of those who are watched. */
function following(...watched: readonly string[]) {
  const users = new Set(watched);
  let documents = opened();
  const asked: string[] = [];
  const feeds: Pick<Documents, 'changes' | 'feedEnd'> = {
    feedEnd: collection => documents.feedEnd(collection),
    changes: async (collection, ...rest) => {
      const page = await documents.changes(collection, ...rest);
      asked.push(`${collection}: ${page.documents.map(({ id }) => id).join(', ')}`);
      return page;
    },
  };
  const changed = new ChangedUsers(feeds, () => users);
  const read = (): string[] => asked.splice(0);
  return {
    users,
    feeds,
    changed,
    read,
    since: async () => [...(await changed.since())],
    change: (collection: string, ...ids: readonly string[]) =>
      Promise.all(ids.map(id => documents.put({ collection, partition: id, id }, {}, 'always'))),
    beginAfresh: () => {
      documents = opened();
    },
  };
}

test('tells of lists and profiles that changed since the last look, and of those who are watched alone', async () => {
  const { since, change } = following('ann', 'bob');
  expect(await since()).toEqual([]);
  await change('recommendations', 'ann', 'cat');
  await change('profiles', 'bob', 'cat');
  expect((await since()).sort()).toEqual(['ann', 'bob']);
  expect(await since()).toEqual([]);
});

test('reads nothing of what was changed before somebody was watched', async () => {
  const { since, change, users, read } = following();
  await change('recommendations', 'ann', 'bob');
  expect(await since()).toEqual([]);
  expect(read()).toEqual([]);
  users.add('ann');
  await since();
  expect(read()).toEqual(['recommendations: ', 'profiles: ']);
  users.delete('ann');
  await since();
  await change('recommendations', 'ann', 'bob');
  users.add('ann');
  read();
  expect(await since()).toEqual([]);
  expect(read()).toEqual(['recommendations: ', 'profiles: ']);
});

test('tells of all who are watched where the documents were begun afresh', async () => {
  const { since, change, beginAfresh } = following('ann', 'bob');
  await since();
  await change('recommendations', 'ann');
  expect(await since()).toEqual(['ann']);
  beginAfresh();
  expect((await since()).sort()).toEqual(['ann', 'bob']);
  await change('recommendations', 'bob');
  expect(await since()).toEqual(['bob']);
});

describe('of a feed that is written without a pause', () => {
  test('a look reads some pages, and the next goes on', async () => {
    const { changed, since, change, feeds, read } = following('ann');
    await since();
    const { changes } = feeds;
    const endless: typeof changes = async (...asked) => ({ ...(await changes(...asked)), caughtUp: false });
    Object.assign(feeds, { changes: endless });
    expect((await changed.since()).size).toBe(0);
    expect(read().length).toBeLessThan(100);
    await change('recommendations', 'ann');
    expect(await since()).toEqual(['ann']);
  });

  test('the end waits for the page that is being read, and for no other', async () => {
    const { changed, feeds } = following('ann');
    const page = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    let pages = 0;
    Object.assign(feeds, {
      changes: async () => {
        pages++;
        reached.resolve();
        await page.promise;
        return { documents: [], continuation: 'here', caughtUp: false };
      },
    });
    const looking = changed.since();
    await reached.promise;
    const closed = changed.close();
    page.resolve();
    await closed;
    expect((await looking).size).toBe(0);
    expect((await changed.since()).size).toBe(0);
    expect(pages).toBe(1);
  });
});
