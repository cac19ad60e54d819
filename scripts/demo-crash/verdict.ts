/** What came of the events, counted from the log against what was sent, without the engine. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ratingSchema, type Rating } from '../../schemas/types.ts';
import type { Ports } from '../../src/app/compose.ts';
import { valuesOf } from '../../src/stream/log-values.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { Decoder } from '../../src/stream/decoder.ts';
import { itemTrends, modelVersions, ratings, ratingsByItem } from '../../topologies/streams.ts';
import type { Offset } from '../../src/transport/port.ts';
import type { Round } from './plan.ts';

type Reading = Pick<Ports, 'transport' | 'registry'>;

/** Of one run. What is to be the same in both runs is in all of them. */
export interface Facts {
  readonly sent: number;
  /** Sound events that stand in `ratings-by-item`, and events that stand in `dead-letters`. */
  readonly accepted: number;
  readonly buried: number;
  /** Records of `ratings` that the newest state of the model says it has learnt: all that were sent. */
  readonly learnt: number;
  /** Events that are nowhere; and ratings that are in no daily window. */
  readonly lost: number;
  readonly lostFromWindows: number;
  /** What stands somewhere once more than it was meant to, or where nobody meant it to. */
  readonly doubled: number;
  readonly doubledInWindows: number;
  readonly modelVersion: string;
  readonly modelHash: string;
  /** Over the last list of each user. */
  readonly listsHash: string;
  /** Over the last state of each window. */
  readonly windowsHash: string;
}

/** Of what `millrace run --json` answers, what is compared. */
const Answer = z.object({ modelVersion: z.string(), modelHash: z.string(), recommendationsHash: z.string() });

export async function factsOf(ports: Reading, rounds: readonly Round[], answer: unknown): Promise<Facts> {
  const { modelVersion, modelHash, recommendationsHash } = Answer.parse(answer);
  const sound = rounds.flatMap(round => round.sound);
  const events = await eventsOf(
    ports,
    sound,
    rounds.flatMap(round => round.bad),
  );
  const windows = await windowsOf(ports, sound);
  return {
    sent: rounds.reduce((sum, round) => sum + round.events.length, 0),
    ...events,
    learnt: await learntBy(ports),
    ...windows,
    modelVersion,
    modelHash,
    listsHash: recommendationsHash,
  };
}

/** How far the newest state of the model has learnt the ratings. */
export async function learntBy(ports: Reading): Promise<Offset> {
  let learnt = 0;
  for await (const version of valuesOf(ports, modelVersions))
    for (const { stream, end } of version.learnt) if (stream === ratings.name) learnt = end;
  return learnt;
}

/** Every event has one place, and stands there once. */
async function eventsOf(ports: Reading, sound: readonly Rating[], bad: readonly Rating[]) {
  const wanted = [...sound.map(accepted), ...bad.map(buried)];
  const found: string[] = [];
  for await (const event of valuesOf(ports, ratingsByItem)) found.push(accepted(event));
  const acceptedCount = found.length;
  const decoder = new Decoder(ratingSchema);
  for await (const { topic, bytes, reason } of valuesOf(ports, deadLetters)) {
    const event = topic === ratings.name ? decoder.decode(bytes, 0, bytes.length) : undefined;
    found.push(event === undefined ? `${topic}: ${reason}` : buried(event));
  }
  const { lost, doubled } = compared(wanted, found);
  return { accepted: acceptedCount, buried: found.length - acceptedCount, lost, doubled };
}

const accepted = ({ eventId }: Rating): string => `accepted ${eventId}`;
const buried = ({ eventId }: Rating): string => `buried ${eventId}`;

/** The daily windows of an item hold its ratings, each in one. */
async function windowsOf(ports: Reading, sound: readonly Rating[]) {
  const last = new Map<
    string,
    { readonly daily: boolean; readonly itemId: string; readonly count: number; readonly sum: number }
  >();
  for await (const { window, itemId, start, count, sum } of valuesOf(ports, itemTrends))
    last.set(`${window} ${itemId} ${start}`, { daily: window === 'daily', itemId, count, sum });
  const windows = [...last].sort(([a], [b]) => (a < b ? -1 : 1));
  const counted = windows.flatMap(([, { daily, itemId, count }]) => (daily ? Array<string>(count).fill(itemId) : []));
  const { lost, doubled } = compared(
    sound.map(({ itemId }) => itemId),
    counted,
  );
  const shown = JSON.stringify(windows.map(([id, { count, sum }]) => [id, count, sum]));
  const windowsHash = createHash('sha256').update(shown).digest('hex');
  return { lostFromWindows: lost, doubledInWindows: doubled, windowsHash };
}

/** Names as often as they stand in each list: how many are missing from the second, and how many are too many. */
export function compared(wanted: readonly string[], found: readonly string[]): { lost: number; doubled: number } {
  const left = new Map<string, number>();
  for (const name of wanted) left.set(name, (left.get(name) ?? 0) + 1);
  for (const name of found) left.set(name, (left.get(name) ?? 0) - 1);
  let [lost, doubled] = [0, 0];
  for (const count of left.values()) {
    if (count > 0) lost += count;
    else doubled -= count;
  }
  return { lost, doubled };
}

/** What has to be nothing, in each run. */
const flaws = ['lost', 'doubled', 'lostFromWindows', 'doubledInWindows'] as const;
/** What has to be the same in both runs. */
const alike = [
  'sent',
  'learnt',
  'accepted',
  'buried',
  'modelVersion',
  'modelHash',
  'listsHash',
  'windowsHash',
] as const;

/** Names of the facts that are not as they have to be; none if the kills have changed nothing. */
export const differences = (undisturbed: Facts, killed: Facts): readonly (keyof Facts)[] => [
  ...flaws.filter(name => undisturbed[name] + killed[name] > 0),
  ...alike.filter(name => undisturbed[name] !== killed[name]),
];
