import { expect } from 'vitest';
import { BadLimit } from '../../../src/documents/port.ts';
import { Fenced } from '../../../src/errors.ts';
import type { Promised } from '../promises.ts';
import type { DocumentsSetting } from './setting.ts';

const plan = (epoch: number, text = `plan ${epoch}`) => ({ epoch, plan: text });
const task = 'trends/0';

/** What the engine relies on when it writes down its plans. */
export function journalPromises(promise: Promised<DocumentsSetting>): void {
  promise('a journal begins at epoch 0, and each taking over raises the fence', async ({ documents: { journal } }) => {
    const first = await journal.takeFence(task);
    const second = await journal.takeFence(task);
    expect(first.epoch).toBe(0);
    expect(second.fence).toBeGreaterThan(first.fence);
    expect(second).toMatchObject({ epoch: 0, lineage: first.lineage });
  });

  promise(
    'a journal tells whoever asks where it stands, and gives no fence away',
    async ({ documents: { journal } }) => {
      expect(await journal.head(task)).toBeUndefined();
      const { fence, lineage } = await journal.takeFence(task);
      await journal.append(task, fence, plan(1));
      expect(await journal.head(task)).toEqual({ fence, lineage, epoch: 1 });
      await journal.append(task, fence, plan(2));
      await journal.trim(task, 2);
      expect(await journal.head(task)).toEqual({ fence, lineage, epoch: 2 });
    },
  );

  promise('plans are appended one epoch after the other and read back in order', async ({ documents: { journal } }) => {
    const { fence } = await journal.takeFence(task);
    for (const epoch of [1, 2, 3]) await journal.append(task, fence, plan(epoch));
    expect(await journal.after(task, 0, 10)).toEqual([plan(1), plan(2), plan(3)]);
    expect(await journal.after(task, 1, 1)).toEqual([plan(2)]);
    expect(await journal.after(task, 3, 10)).toEqual([]);
    expect((await journal.takeFence(task)).epoch).toBe(3);
  });

  promise('an epoch that is not the next is refused', async ({ documents: { journal } }) => {
    const { fence } = await journal.takeFence(task);
    await journal.append(task, fence, plan(1));
    for (const epoch of [0, 3, -1]) await expect(journal.append(task, fence, plan(epoch))).rejects.toThrow(Fenced);
    await expect(journal.append(task, fence, plan(1, 'another plan'))).rejects.toThrow(Fenced);
    expect(await journal.after(task, 0, 10)).toEqual([plan(1)]);
  });

  promise('the newest append may be repeated under the same fence only', async ({ documents: { journal } }) => {
    const { fence } = await journal.takeFence(task);
    await journal.append(task, fence, plan(1));
    await journal.append(task, fence, plan(1));
    expect(await journal.after(task, 0, 10)).toEqual([plan(1)]);
    await journal.takeFence(task);
    await expect(journal.append(task, fence, plan(1))).rejects.toThrow(Fenced);
  });

  promise('whoever was taken over writes nothing more', async ({ documents: { journal }, connect }) => {
    const { journal: elsewhere } = await connect();
    const { fence: old } = await journal.takeFence(task);
    await journal.append(task, old, plan(1));
    const { fence } = await elsewhere.takeFence(task);
    await expect(journal.append(task, old, plan(2))).rejects.toThrow(Fenced);
    await expect(journal.amend(task, old, plan(1, 'late'))).rejects.toThrow(Fenced);
    await expect(journal.reset(task, old)).rejects.toThrow(Fenced);
    await elsewhere.append(task, fence, plan(2));
    expect(await journal.after(task, 0, 10)).toEqual([plan(1), plan(2)]);
  });

  promise('a fence that nobody took is refused', async ({ documents: { journal } }) => {
    await expect(journal.append(task, 1, plan(1))).rejects.toThrow(Fenced);
    const { fence } = await journal.takeFence(task);
    await expect(journal.append(task, fence + 1, plan(1))).rejects.toThrow(Fenced);
  });

  promise('only the newest plan can be amended', async ({ documents: { journal } }) => {
    const { fence } = await journal.takeFence(task);
    await expect(journal.amend(task, fence, plan(0))).rejects.toThrow(Fenced);
    for (const epoch of [1, 2]) await journal.append(task, fence, plan(epoch));
    await journal.amend(task, fence, plan(2, 'with a skip'));
    await expect(journal.amend(task, fence, plan(1, 'too late'))).rejects.toThrow(Fenced);
    await expect(journal.amend(task, fence, plan(3, 'too early'))).rejects.toThrow(Fenced);
    expect(await journal.after(task, 0, 10)).toEqual([plan(1), plan(2, 'with a skip')]);
  });

  promise('trimming forgets plans but never where the journal is', async ({ documents: { journal } }) => {
    const { fence } = await journal.takeFence(task);
    for (const epoch of [1, 2, 3]) await journal.append(task, fence, plan(epoch));
    await journal.trim(task, 2);
    expect(await journal.after(task, 0, 10)).toEqual([plan(3)]);
    await journal.trim(task, 9);
    expect(await journal.after(task, 0, 10)).toEqual([]);
    expect((await journal.takeFence(task)).epoch).toBe(3);
    await journal.trim('unknown/0', 9);
  });

  promise('a reset empties the journal and raises the lineage under the same fence', async ({ documents }) => {
    const { journal } = documents;
    const before = await journal.takeFence(task);
    for (const epoch of [1, 2]) await journal.append(task, before.fence, plan(epoch));
    const after = await journal.reset(task, before.fence);
    expect(after).toEqual({ fence: before.fence, lineage: before.lineage + 1, epoch: 0 });
    expect(await journal.after(task, 0, 10)).toEqual([]);
    await journal.append(task, after.fence, plan(1, 'anew'));
    expect(await journal.after(task, 0, 10)).toEqual([plan(1, 'anew')]);
    expect(await journal.takeFence(task)).toMatchObject({ lineage: before.lineage + 1, epoch: 1 });
  });

  promise("tasks do not see each other's journals", async ({ documents: { journal } }) => {
    const { fence } = await journal.takeFence(task);
    const other = await journal.takeFence('trends/1');
    await journal.append(task, fence, plan(1));
    expect(await journal.after('trends/1', 0, 10)).toEqual([]);
    await journal.reset('trends/1', other.fence);
    expect(await journal.after(task, 0, 10)).toEqual([plan(1)]);
  });

  promise('a page of plans without room is refused', async ({ documents: { journal } }) => {
    for (const limit of [0, -1, 0.5]) await expect(journal.after(task, 0, limit)).rejects.toThrow(BadLimit);
  });

  promise('of two holders that append the same epoch at once only the newer succeeds', async setting => {
    const older = setting.documents.journal;
    const { journal: newer } = await setting.connect();
    const olderFence = (await older.takeFence(task)).fence;
    const newerFence = (await newer.takeFence(task)).fence;
    for (const epoch of [1, 2, 3, 4, 5]) {
      const late = older.append(task, olderFence, plan(epoch, 'older'));
      const valid = newer.append(task, newerFence, plan(epoch, 'newer'));
      const outcomes = await Promise.allSettled([late, valid]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    }
    const texts = (await older.after(task, 0, 10)).map(entry => entry.plan);
    expect(texts).toEqual(Array.from({ length: 5 }, () => 'newer'));
  });

  promise('fence, lineage, epoch and plans last', async ({ documents: { journal }, reconnect }) => {
    const { fence } = await journal.takeFence(task);
    await journal.reset(task, fence);
    for (const epoch of [1, 2]) await journal.append(task, fence, plan(epoch, `"quoted" ✓ 😀 ${epoch}`));
    const { journal: again } = await reconnect();
    expect(await again.after(task, 0, 10)).toEqual([1, 2].map(epoch => plan(epoch, `"quoted" ✓ 😀 ${epoch}`)));
    await again.append(task, fence, plan(3));
    expect((await again.takeFence(task)).fence).toBeGreaterThan(fence);
  });
}
