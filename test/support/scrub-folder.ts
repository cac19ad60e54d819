/** Scrubs a folder as `millrace users scrub` does. As a program it kills itself before a step: `node scrub-folder.ts FOLDER STEP`. */
import { openEmbedded, openFiles } from '../../src/app/compose.ts';
import { scrub } from '../../src/recommender/jobs/scrub/scrub.ts';

export async function scrubFolder(data: string, onStep: (name: string) => void = () => {}) {
  await using ports = await openEmbedded(data);
  using files = openFiles({ data });
  const { transport, documents, snapshots, registry, clock } = ports;
  const { log, purge, state } = files;
  return await scrub({ transport, documents, snapshots, registry, clock, log, purge, state }, { onStep });
}

if (import.meta.main) {
  const [, , data = '', last = ''] = process.argv;
  await scrubFolder(data, name => {
    if (name === last) process.kill(process.pid, 'SIGKILL');
  });
}
