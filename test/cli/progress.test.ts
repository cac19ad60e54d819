import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Documents } from '../../src/documents/port.ts';
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import { showProgress } from '../../src/cli/progress.ts';

let documents: Documents;
beforeEach(() => {
  vi.useFakeTimers();
  documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
});
afterEach(async () => {
  vi.useRealTimers();
  await documents.close();
});

/** What is written in so many seconds. */
async function shown(from: Pick<Documents, 'get'>, seconds: number, isTTY = false): Promise<string[]> {
  const written: string[] = [];
  const to = { isTTY, write: (text: string) => written.push(text) > 0 };
  using _ = showProgress({ thread: { tasks: [] }, documents: from, to });
  for (let second = 0; second < seconds; second++) await vi.advanceTimersByTimeAsync(1_000);
  return written;
}

const publish = (rmse: number | null, warm: { warmRecords?: number; warmSquaredErrorSum?: number } = {}) =>
  documents.put(
    { collection: 'models', partition: 'live', id: 'current' },
    { prequential: { rmse, ...warm } },
    'always',
  );

test('the progress line tells the prequential error of the newest model version, once there is one', async () => {
  const [before] = await shown(documents, 1);
  expect(before).not.toContain('prequential');
  await publish(null);
  expect((await shown(documents, 2)).at(-1)).toContain('prequential error none yet');
  await publish(0.87654);
  const lines = await shown(documents, 2);
  expect(lines.at(-1)).toMatch(/, prequential error 0\.8765 stars\n$/);
  expect(lines).toHaveLength(2);
  await publish(1.285, { warmRecords: 4, warmSquaredErrorSum: 3.24 });
  const [known] = await shown(documents, 2).then(told => told.slice(-1));
  expect(known).toMatch(/error 1\.2850 stars \(0\.9000 where user and item were known\)\n$/);
});

test('the progress line asks for the error once a second at most, and not while an answer is on its way', async () => {
  const get = vi.fn<() => Promise<undefined>>(() => new Promise(() => {}));
  expect(await shown({ get }, 5)).toHaveLength(5);
  expect(get).toHaveBeenCalledTimes(1);
});

test('documents that cannot be read are told in the same line, and end nothing', async () => {
  const get = () => Promise.reject(new Error('locked\nfor now'));
  const lines = await shown({ get }, 3);
  expect(lines.at(-1)).toMatch(/prequential error unreadable \(locked \| for now\)\n$/);
});

test('on a terminal the line is written over', async () => {
  const [first, last] = await shown(documents, 1, true);
  expect(first?.startsWith('\r\u001b[2K')).toBe(true);
  expect(first?.endsWith('\n')).toBe(false);
  expect(last).toBe('\r\u001b[2K'); // gone when it is over
});
