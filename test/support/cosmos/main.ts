/** The fixture as a process of its own, which a test may kill: what it has acknowledged is in its file. */
import { startFixture } from './server.ts';

const {
  FIXTURE_KEY: key = '',
  FIXTURE_PORT: port = '0',
  FIXTURE_FILE: file,
  FIXTURE_RANGES: ranges = '1',
} = process.env;
const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('nobody survives this');
};
const fixture = await startFixture({ key, port: Number(port), file, ranges: Number(ranges), die });
process.stdout.write(`listening ${fixture.port}\n`);
