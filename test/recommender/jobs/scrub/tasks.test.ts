/** What tasks still know by the ids of those who were erased is taken out of their checkpoints. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sweptMark, sweptTime } from '../../../../src/engine/operators/seen.ts';
import { openSqliteStateStore, openStoppedState } from '../../../../src/engine/state/sqlite.ts';
import type { StoppedState } from '../../../../src/engine/state/store.ts';
import { removeState } from '../../../../src/recommender/jobs/scrub/tasks.ts';

test('of what stays nothing is held meanwhile', () => {
  function* one() {
    const entry = { step: 'event-ids', key: '', value: '' };
    // Whoever keeps an entry for later finds another in it.
    for (const key of ['his', 'hers', 'theirs']) yield Object.assign(entry, { key });
  }
  const removed: unknown[] = [];
  const state: StoppedState = {
    head: () => undefined,
    entries: one,
    get: () => undefined,
    tasks: () => ['intake/0'],
    remove: (task, entries) => removed.push(task, ...entries),
    compact: () => {},
    close: () => {},
  };
  expect(removeState({ state }, { erased: new Map(), waiting: 0, eventIds: new Set(['hers']) })).toBe(1);
  expect(removed).toEqual(['intake/0', { step: 'event-ids', key: 'hers' }]);
});

test('ids of their events go, also the one up to which intake had looked for what is over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-scrub-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'state.db');
  const store = openSqliteStateStore({ path });
  const entries = [
    ['hers', '7'],
    ['his', '8'],
    [`${sweptMark}hers`, sweptTime],
  ] as const;
  store.commit(
    'intake/0',
    { fence: 1, epoch: 1, body: '' },
    entries.map(([key, value]) => ({ step: 'event-ids', key, value })),
  );
  store.close();
  using stack = new DisposableStack();
  const state = stack.adopt(openStoppedState({ path }), opened => opened.close());
  const found = { erased: new Map(), waiting: 0, eventIds: new Set(['hers']) };
  expect(removeState({ state }, found)).toBe(2);
  expect([...state.entries('intake/0')].map(({ key }) => key)).toEqual(['his']);
});
