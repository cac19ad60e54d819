/**
 * A process that writes the same few documents again and again, under versions that others do not have, older and newer
 * ones as a seed draws them, until it is killed. Usage: node writes-from-elsewhere.ts PATH COLLECTION WRITER SEED.
 * Prints a line `ID EPOCH SEQ` for each version once it was acknowledged.
 */
import { Random } from '../random.ts';
import { say } from '../kill-switch.ts';
import { openFrom, patiently } from './from-elsewhere.ts';

const [path = '', collection = '', writer = '', seed = ''] = process.argv.slice(2);
const random = new Random(Number(seed));
const documents = await openFrom(path);
/** Of the writer: no two versions are the same. */
const seq = Number(writer);
for (let round = 1; ; round++) {
  const epoch = Math.max(1, round + random.between(-20, 20));
  const ids = ['a', 'b', 'c', 'd', 'e'].filter(() => random.chance(0.6));
  const body = { writer, epoch };
  const version = { lineage: 0, epoch, seq };
  await patiently(() =>
    documents.write(ids.map(id => ({ collection, partition: id, id, task: 'train/0', version, body }))),
  );
  for (const id of ids) say(`${id} ${epoch} ${seq}`);
}
