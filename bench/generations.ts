/**
 * How long does a backlog take when it is trained as a whole, and when it is learnt in cuts? And how long does the switch
 * to another generation hold the engine's thread? `node bench/generations.ts [RATINGS.csv] [--users N]`: on the bundled
 * ratings where none are named; the switch with so many invented users and a quarter as many items, 10 events each.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Interaction } from '../src/als/index.ts';
import { Learner } from '../src/recommender/domain/learner.ts';
import { defaultLearner } from '../src/recommender/domain/learner-settings.ts';
import type { Change } from '../src/recommender/domain/changes.ts';
import { trainHere } from '../src/recommender/domain/training.ts';
import { Random } from '../src/testing/random.ts';
import { report } from './report.ts';
import { ratingsFile } from './support/films.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { users: { type: 'string', default: '20000' } },
});
const users = Number(flags.users);
const never = new AbortController().signal;
const end = { clock: 0, caughtUp: true, signal: never, turn: () => Promise.resolve() };

using given = await ratingsFile(positionals[0]);
const films = read(given.path);

await report({
  name: 'generations',
  question: 'How long does a backlog take as a whole and in cuts, and how long does a switch hold the thread?',
  unit: 's',
  better: 'less',
  runs: 2,
  warmUp: false,
  notes: [
    'In cuts: of 1,000, after a first generation of 100 events. Both with their hash and every vector told, in one thread.',
    `The switch: ${users} users, ${users / 4} items, ${users * 10} events, 32 factors; adopted, hashed and told at once.`,
  ],
  rivals: [
    { name: 'trained as a whole', subject: `a backlog of ${films.length} ratings`, run: () => learn(0) },
    { name: 'in cuts of 1,000', subject: `a backlog of ${films.length} ratings`, run: () => learn(100) },
    { name: 'all vectors switched', subject: 'a switch', run: switched },
  ],
});

/** Seconds; the first so many events make the only generation. */
async function learn(first: number): Promise<number> {
  const learner = new Learner({ ...defaultLearner, growth: 1e6 });
  if (first > 0) await backlog(learner, films.slice(0, first));
  const begin = performance.now();
  await backlog(learner, films.slice(first));
  return (performance.now() - begin) / 1_000;
}

/** Seconds that nobody else has a turn: from the prepared signal to the last vector. */
async function switched(): Promise<number> {
  const random = new Random(1);
  const learner = new Learner({ ...defaultLearner, model: { sweeps: 1 } });
  const events = Array.from({ length: users * 10 }, (_, n) => ({
    userId: `u${n % users}`,
    itemId: `i${random.below(users / 4)}`,
    kind: 'rating' as const,
    value: random.between(1, 5),
    time: n,
    eventId: `e${n}`,
  }));
  await backlog(learner, events);
  const about = { generation: 2, cause: 'command', trainedAt: 0 } as const;
  const { generation } = await trainHere(() => learner.model.freeze(), about, never);
  learner.committed();
  const begin = performance.now();
  learner.next({ signal: 'adopt', name: 'other', isForeign: false, content: generation, ...about });
  for (const _ of await learner.endEpoch(end)) continue;
  return (performance.now() - begin) / 1_000;
}

async function backlog(learner: Learner, events: readonly Interaction[]): Promise<void> {
  for (const event of events) learner.next({ ...event, tenant: '', sessionId: '' });
  const told: Iterable<Change> = await learner.endEpoch(end);
  for (const _ of told) continue;
  learner.committed();
}

function read(file: string): Interaction[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return lines.map((line, n): Interaction => {
    const [userId = '', itemId = '', value, at_s] = line.split(',');
    return { userId, itemId, kind: 'rating', value: Number(value), time: Number(at_s) * 1_000, eventId: `e${n}` };
  });
}
