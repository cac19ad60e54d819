/**
 * A process that says much and then crashes: `talkative.ts LINES`. Standard output tells how many turns its event loop had
 * meanwhile. `talkative.ts LINES KIND` ends by an error of that kind, as every command does.
 */
import { configure } from '../../src/app/configure.ts';
import { failed, lineOf } from '../../src/cli/errors.ts';
import { withLogging } from '../../src/cli/logging.ts';
import { MillraceError } from '../../src/errors.ts';
import { events } from '../../src/operations/logging/events.ts';

const [, , lines = '0', kind = ''] = process.argv;
const { config } = configure({ environment: process.env });

class Ours extends MillraceError {
  readonly code = 'OURS';
}

const { data: secret } = config;
const ends: Readonly<Record<string, () => Error>> = {
  unforeseen: () => new Error(`nobody foresaw ${secret}`),
  repeated: () => new Ours(`The end failed: nobody foresaw ${secret}`, 'Mend it', { cause: ends['unforeseen']?.() }),
  ours: () => new Ours(`There is no folder ${secret}`, 'Make it'),
};

const talk = withLogging('run', config, async ({ logger }) => {
  let turns = 0;
  for (let n = 0; n < Number(lines); n++) {
    logger.log(events.requestDone, { requestId: `request-${n}`, status: 200, duration_ms: 1.5 });
    if (n % 100 !== 0) continue;
    await new Promise(done => setImmediate(done));
    turns++;
  }
  process.stdout.write(`${turns} turns\n`);
  const end = ends[kind]?.();
  if (end !== undefined) throw end;
  await new Promise(done => process.stdin.once('data', done));
  setImmediate(() => {
    throw new Error('nobody catches this, nor the password=hunter2hunter2 in it');
  });
  await new Promise(() => {});
});

try {
  await talk;
} catch (error) {
  const failure = failed(error);
  if (failure !== undefined) process.stderr.write(`${lineOf(failure)}\n`);
  process.exitCode = failure?.exitCode ?? 0;
}
