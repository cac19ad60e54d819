/**
 * A process that takes a task over and appends plans until it is killed or taken over itself.
 * Usage: node journal-from-elsewhere.ts PATH TASK. Prints a line `FENCE EPOCH` for each append that was acknowledged,
 * and `fenced` when a newer holder has begun.
 */
import { Fenced } from '../../../src/errors.ts';
import { say } from '../kill-switch.ts';
import { openFrom, patiently } from './from-elsewhere.ts';

const [path = '', task = ''] = process.argv.slice(2);
const documents = await openFrom(path);
try {
  const { fence, epoch: newest } = await patiently(() => documents.journal.takeFence(task));
  for (let epoch = newest + 1; ; epoch += 1) {
    const plan = `plan of fence ${fence}, epoch ${epoch}`;
    await patiently(() => documents.journal.append(task, fence, { epoch, plan }));
    say(`${fence} ${epoch}`);
  }
} catch (error) {
  if (!(error instanceof Fenced)) throw error;
  say('fenced');
} finally {
  await documents.close();
}
