/** Scrubs a folder, and kills itself before a step: `node scrub-child.ts FOLDER [STEP]`. */
import { openEmbedded, openFiles } from '../../src/app/compose.ts';
import { scrub } from '../../src/recommender/jobs/scrub/scrub.ts';

const [, , data = '', last = ''] = process.argv;
await using ports = await openEmbedded(data);
using files = openFiles({ data });
const { transport, documents, snapshots, registry, clock } = ports;
const { log, purge, state } = files;
const scrubbed = await scrub(
  { transport, documents, snapshots, registry, clock, log, purge, state },
  {
    onStep: name => {
      if (name === last) process.kill(process.pid, 'SIGKILL');
    },
  },
);
process.stdout.write(`${JSON.stringify(scrubbed)}\n`);
