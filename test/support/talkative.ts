/**
 * A process that says much and then crashes: `talkative.ts LINES`. Standard output tells how long its event loop was held
 * up at most, in milliseconds, before it crashes.
 */
import { configure } from '../../src/app/configure.ts';
import { withLogging } from '../../src/cli/logging.ts';
import { events } from '../../src/operations/logging/events.ts';

const [, , lines = '0'] = process.argv;
const { config } = configure({ environment: process.env });

await withLogging('run', config, async ({ logger }) => {
  let turns = 0;
  for (let n = 0; n < Number(lines); n++) {
    logger.log(events.requestDone, { requestId: `request-${n}`, status: 200, duration_ms: 1.5 });
    if (n % 100 !== 0) continue;
    await new Promise(done => setImmediate(done));
    turns++;
  }
  process.stdout.write(`${turns} turns\n`);
  await new Promise(done => process.stdin.once('data', done));
  setImmediate(() => {
    throw new Error('nobody catches this, nor the password=hunter2hunter2 in it');
  });
  await new Promise(() => {});
});
