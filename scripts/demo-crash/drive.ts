/** Takes both runs through all rounds: the same events for both, and for one of them the kills. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Offset } from '../../src/transport/port.ts';
import type { Kill, Round } from './plan.ts';
import { Side } from './side.ts';
import { type Facts, factsOf } from './verdict.ts';

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
    await learnt(calm, await calm.send(events));
    const amount = (await calm.written()) - before;
    const from = await harried.written();
    const end = await harried.send(events);
    harried.start();
    if (kill !== undefined) {
      await harried.until('the moment of the kill', async () => {
        return (await harried.written()) >= from + kill.share * amount || (await harried.learnt()) >= end;
      });
      await harried.ports.clock.sleep(kill.delayMs, watch.stop);
      deaths.push({ ...kill, kill: deaths.length + 1, round: n + 1, unfinished: await death(harried, kill) });
      for (const last of deaths.slice(-1)) watch.onDeath(last);
    }
    if ((await harried.learnt()) >= end) continue;
    harried.start();
    await learnt(harried, end);
  }
  const [one, other] = await Promise.all([calm.finish(), harried.finish()]);
  return {
    undisturbed: await factsOf(calm.ports, rounds, one),
    killed: await factsOf(harried.ports, rounds, other),
    deaths,
  };
}

/** The next round is another cut of the model in both runs: it comes only when the one before has been learnt. */
const learnt = (side: Side, end: Offset): Promise<void> =>
  side.until('the model has learnt the round', async () => (await side.learnt()) >= end);

async function death(side: Side, { losesState }: Kill): Promise<readonly string[]> {
  await side.kill();
  const unfinished = await side.unfinished();
  if (losesState) side.loseState();
  return unfinished;
}
