// A live run killed twenty times beside an undisturbed one: npm run demo:crash [-- --kills N --seed N --ratings N --json --keep]
import { parseArgs } from 'node:util';
import { drive } from './demo-crash/drive.ts';
import { type DemoSettings, planOf } from './demo-crash/plan.ts';
import { introduction, showDeath, showRound, verdictText } from './demo-crash/show.ts';
import { differences } from './demo-crash/verdict.ts';

const most = { kills: 1_000, seed: 2 ** 31 - 1, ratings: 100_000 };

interface Flags extends DemoSettings {
  readonly json: boolean;
  readonly keep: boolean;
}

function flagsOf(given: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...given],
    options: {
      kills: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      ratings: { type: 'string', default: '2000' },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const { kills, seed, ratings, json, keep } = values;
  const settings = {
    kills: whole('kills', kills, 0),
    seed: whole('seed', seed, 0),
    ratings: whole('ratings', ratings, 1),
  };
  if (settings.ratings < settings.kills)
    throw new Error('--ratings is less than --kills: every kill has a round of its own');
  return { ...settings, json, keep };
}

function whole(name: keyof typeof most, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most[name]) return value;
  throw new Error(`--${name} is '${text}': give a whole number from ${least} to ${most[name]}`);
}

/** Answers whether both came out the same. */
async function demo(flags: Flags, stop: AbortSignal): Promise<boolean> {
  const { kills, seed, ratings, json, keep } = flags;
  const { stdout, stderr } = process;
  stderr.write(introduction(flags));
  const rounds = await planOf(flags);
  const began = performance.now();
  const outcome = await drive(rounds, {
    stop,
    keep,
    began: folder => stderr.write(`${keep ? 'kept in' : 'in'} ${folder}\n`),
    onRound: round => showRound(stderr, round, rounds.length),
    onDeath: death => showDeath(stderr, death, kills),
  });
  const seconds = (performance.now() - began) / 1_000;
  const wrong = differences(outcome.undisturbed, outcome.killed);
  const result = { seed, kills, ratings, seconds, same: wrong.length === 0, wrong, ...outcome };
  stdout.write(json ? `${JSON.stringify(result)}\n` : `\n${verdictText(outcome)} (${seconds.toFixed(0)} s)\n`);
  return wrong.length === 0;
}

async function main(): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
  let flags: Flags;
  try {
    flags = flagsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`demo:crash: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  try {
    return (await demo(flags, stop.signal)) ? 0 : 1;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error('demo:crash: stopped');
    return 130;
  }
}

process.exitCode = await main();
