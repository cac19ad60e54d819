/** The fixture as a process of its own, which a test may kill: what it has acknowledged is in its file. */
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type CosmosFixture, startFixture } from './server.ts';

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
const fixture = await listening(Number(port));
process.stdout.write(`listening ${fixture.port}\n`);

/**
 * At the port, or at one that it finds where that is 0: below those that systems give to connections. While the fixture
 * is dead its port would be given to somebody else, even to a connection that looks for the fixture and meets itself.
 */
async function listening(wanted: number): Promise<CosmosFixture> {
  for (let attemptsLeft = 300; ; attemptsLeft -= 1) {
    const at = wanted === 0 ? randomInt(16_000, 32_000) : wanted;
    try {
      return await startFixture({ key, port: at, file, ranges: Number(ranges), die });
    } catch (error) {
      if (attemptsLeft === 0 || !isTaken(error)) throw error;
      if (at === wanted) await pause(100);
    }
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
