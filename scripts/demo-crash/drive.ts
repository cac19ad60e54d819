/** Takes both runs through all rounds: the same events for both, and for one of them the kills. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Offset } from '../../src/transport/port.ts';
import type { Kill, Round } from './plan.ts';
import { Side } from './side.ts';
import { type Facts, factsOf, learntBy } from './verdict.ts';

/** A kill that has happened. */
export interface Death extends Kill {
  /** From 1. */
  readonly kill: number;
  /** From 1. */
  readonly round: number;
  /** What the process left in the middle: `task in epoch n`, none if it was killed between epochs. */
  readonly unfinished: readonly string[];
}

export interface Watch {
  /** Ends everything; both folders are removed, unless they are to be kept. */
  readonly stop: AbortSignal;
  readonly keep: boolean;
  readonly began: (folder: string) => void;
  readonly onRound: (round: number) => void;
  readonly onDeath: (death: Death) => void;
}

export interface Outcome {
  readonly undisturbed: Facts;
  readonly killed: Facts;
  readonly deaths: readonly Death[];
}

export async function drive(rounds: readonly Round[], watch: Watch): Promise<Outcome> {
  await using cleanUp = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-demo-'));
  if (!watch.keep) cleanUp.defer(() => rmSync(folder, { recursive: true }));
  watch.began(folder);
  const calm = cleanUp.use(await Side.create(join(folder, 'undisturbed'), watch.stop));
  const harried = cleanUp.use(await Side.create(join(folder, 'killed'), watch.stop));
  const deaths: Death[] = [];
  calm.start();
  harried.start();
  for (const [n, { events, kill }] of rounds.entries()) {
    watch.onRound(n + 1);
    const before = await calm.written();
    await untilLearnt(calm, await calm.send(events));
    const amount = (await calm.written()) - before;
    const from = await harried.written();
    const end = await harried.send(events);
    harried.start();
    if (kill !== undefined) {
      const unfinished = await killAt({ ...kill, from, amount, end }, harried, watch.stop);
      const death = { ...kill, kill: deaths.length + 1, round: n + 1, unfinished };
      deaths.push(death);
      watch.onDeath(death);
    }
    if ((await learntBy(harried.ports)) >= end) continue; // the next round is there before the process is
    harried.start();
    await untilLearnt(harried, end);
  }
  const [one, other] = await Promise.all([calm.finish(), harried.finish()]);
  const undisturbed = await factsOf(calm.ports, rounds, one);
  return { undisturbed, killed: await factsOf(harried.ports, rounds, other), deaths };
}

/** The next round is another cut of the model in both runs: it comes only when the one before has been learnt. */
const untilLearnt = (side: Side, end: Offset): Promise<void> =>
  side.until('the model had learnt the round', async () => (await learntBy(side.ports)) >= end);

/** A kill in terms of the log: `amount` records are the round, which begins at `from` and is learnt up to `end`. */
interface Moment extends Kill {
  readonly from: number;
  readonly amount: number;
  readonly end: Offset;
}

/** Answers what was left in the middle. */
async function killAt(moment: Moment, side: Side, stop: AbortSignal): Promise<readonly string[]> {
  const { share, delayMs, from, amount, end, losesState } = moment;
  await side.until(
    'the moment of the kill',
    async () => (await side.written()) >= from + share * amount || (await learntBy(side.ports)) >= end,
  );
  await side.ports.clock.sleep(delayMs, stop);
  await side.kill();
  const unfinished = await side.unfinished();
  if (losesState) side.loseState();
  return unfinished;
}
