/**
 * Another process or thread that uses the embedded log: `append-from-elsewhere.ts PATH TOPIC MODE`.
 * `once` appends one record; `forever` appends three records at a time, each value being its offset, and prints the
 * end of the log after each append that was acknowledged; `visit` waits for records, gives up, and does not even close.
 */
import { writeSync } from 'node:fs';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import type { Transport } from '../../src/transport/port.ts';
import { batchesOf } from '../transport/records.ts';

const [, , path = '', topic = '', mode = ''] = process.argv;
const at = { topic, partition: 0 };

async function forever(log: Transport): Promise<never> {
  let { end } = await log.bounds(at);
  for (;;) {
    await log.append([{ ...at, batches: batchesOf(...[end, end + 1, end + 2].map(String)) }]);
    end += 3;
    writeSync(1, `${end}\n`);
  }
}

async function visit(log: Transport): Promise<void> {
  const abort = new AbortController();
  const { end } = await log.bounds(at);
  const grown = log.grown([{ ...at, offset: end }], abort.signal);
  setImmediate(() => abort.abort());
  await grown;
}

const log = openEmbeddedLog({ path });
await log.createTopic(topic, { partitions: 1 });
if (mode === 'forever') await forever(log);
else if (mode === 'visit') await visit(log);
else {
  await log.append([{ ...at, batches: batchesOf('from elsewhere') }]);
  await log.close();
}
