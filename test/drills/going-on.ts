/** Whether a deployment goes on as if nothing had been: it is given more to do, and so is one in which nothing was lost. */
import { type Account, accountOf, isRead, isThrough, pictureOf, portsOf, versionIn } from './judge.ts';
import type { Life } from './life.ts';
import type { Shop } from './shop.ts';
import type { Stage } from './stage.ts';

/** Events that are sent, and some of those before, which have to be known. */
const more = 100;
const repeated = 50;

/** One partition, so that a request is one cut of the model; and generations follow from the log alone. */
export const oneCutARequest = {
  MILLRACE_PARTITIONS: '1',
  MILLRACE_MODEL_GENERATIONS_AUTOMATIC: 'false',
};

/** A shop with a model of so many ratings. */
export async function begin(stage: Stage, count: number): Promise<void> {
  await stage.millrace('generate', '--count', String(count), '--rate', '0');
  await stage.millrace('run', '--until-caught-up');
}

/** Starts it, lets people rate, waits until the model has learnt all of it, and stops it in order. */
export async function rated(stage: Stage, shop: Shop, count: number): Promise<void> {
  const life = await stage.start('start', '--generate', '0').ready();
  const events = shop.drawn(count);
  await shop.send(() => life.url, events);
  await through(stage, life, shop.ids(events));
  await life.stop();
}

export interface State {
  readonly model: { readonly version: readonly number[]; readonly hash: string };
  readonly account: Account;
  readonly picture: Readonly<Record<string, string>>;
}

/** What it holds once it was given more, some of it for the second time. */
export async function afterMore(stage: Stage, shop: Shop): Promise<State> {
  const life = await stage.start('start', '--generate', '0').ready();
  const [before, events] = [shop.again(repeated), shop.drawn(more)];
  await shop.send(() => life.url, [...before, ...events.slice(0, repeated)]);
  await shop.send(() => life.url, events.slice(repeated));
  await through(stage, life, shop.ids(events));
  await life.stop();
  return stateOf(stage, shop);
}

/** Waits until these events have gone through all topologies. */
export async function through(stage: Stage, life: Life, ids: readonly string[]): Promise<void> {
  await using ports = await portsOf(stage);
  await life.until('had made lists of what it was sent, and counted it in windows', () => isThrough(ports, ids));
  await life.until('had read what was sent twice', () => isRead(ports));
}

/** Of a deployment that stands still. What is on its way to boards, which come after windows, is worked off first. */
export async function stateOf(stage: Stage, { sent }: Shop): Promise<State> {
  await stage.millrace('run', '--until-caught-up');
  await using ports = await portsOf(stage);
  return { model: await versionIn(ports), account: await accountOf(ports, sent), picture: await pictureOf(ports) };
}

/** Every acknowledged event counts once, and all else is as where nothing was lost. */
export function judge(stage: Stage, found: State, undisturbed: State): void {
  judgeAccount(stage, found.account);
  stage.same('the model of the undisturbed run', found.model, undisturbed.model);
  stage.same('the documents of the undisturbed run', found.picture, undisturbed.picture);
}

export function judgeAccount(stage: Stage, { sent, lost, doubled, deadLetters }: Account): void {
  stage.same(`of ${sent} acknowledged events`, { lost, doubled, deadLetters }, none);
}

const none = { lost: 0, doubled: 0, deadLetters: 0 };
