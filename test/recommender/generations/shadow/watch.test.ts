/** When the live model is measured, what is told of it, and what follows. */
import { expect, test } from 'vitest';
import type { TrainingInput } from '../../../../src/als/index.ts';
import { begunControl } from '../../../../src/recommender/domain/control.ts';
import { answer, ask, commandOf } from '../../../../src/recommender/generations/commands.ts';
import { publish } from '../../../../src/recommender/generations/published.ts';
import { heads } from '../../../../src/recommender/generations/retained.ts';
import type { Compared, ShadowFigures } from '../../../../src/recommender/generations/shadow/figures.ts';
import { shadowAccount } from '../../../../src/recommender/generations/shadow/kept.ts';
import type { Observed } from '../../../../src/recommender/generations/shadow/observed.ts';
import type { Measure } from '../../../../src/recommender/generations/shadow/thread.ts';
import { StoredModel } from '../../../../src/recommender/api/stored-model.ts';
import { ratings } from '../../../../topologies/streams.ts';
import { day, hour, minute, rating } from '../../../topologies/events.ts';
import { events, opened, refusing } from '../opened.ts';

const equal: Compared = { live: 1, retrain: 1, gap: 0, low: -0.01, high: 0.01 };
const worse: Compared = { live: 0.5, retrain: 1, gap: -0.5, low: -0.6, high: -0.4 };
const figuresWith = (ndcg10: Compared): ShadowFigures => ({
  events: 20,
  unknown: 0,
  ratings: 20,
  raters: 40,
  lists: 40,
  rmse: equal,
  ndcg10,
  hr10: equal,
  overlap10: 0.5,
  objective: { live: 1.02, retrain: 1, excess: 0.02 },
});

const never = new AbortController().signal;
const shadow = { everyEvents: 30, judgeEvents: 20 };

/** Measures by word of the test, and keeps what it was given. */
function measuring(ndcg10: Compared) {
  const given: { input: TrainingInput; observed: Observed }[] = [];
  const measure: Measure = async (input, observed) => {
    given.push({ input, observed: await observed });
    return figuresWith(ndcg10);
  };
  return { given, measure };
}

/** A world with a first generation of 120 events; what is sent comes in pieces, as live events do. */
async function grown(ndcg10: Compared, more: object = {}) {
  const { given, measure } = measuring(ndcg10);
  const world = await opened({ growth: 100, shadow, ...more }, measure);
  await world.world.send(ratings, ...events(120, 0));
  await world.run();
  let sent = 120;
  const send = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 10, sent += 10) {
      await world.world.send(ratings, ...events(10, sent));
      for (let turn = 0; turn < 3; turn++) await world.turn();
    }
  };
  const gaps = async () =>
    (await new StoredModel(world.world.documents).generations()).map(({ quality }) => quality?.gap);
  const account = () => shadowAccount(world.world.documents);
  return { ...world, given, send, gaps, account };
}

test('after so many events both are frozen at one cut, and judged by just those that come next', async () => {
  const { given, send, gaps, account, versions, run } = await grown(equal);
  await send(20);
  expect(given).toEqual([]);
  await send(40);
  await run();
  // 30 events were there after 150; the next to come, 150 to 159, found the model as it was before them.
  const [first] = given;
  expect(first?.observed.events).toHaveLength(20);
  const before = [...events(120, 0), ...events(10, 120), ...events(10, 130), ...events(10, 140)];
  const pairs = new Set(before.map(({ userId, itemId }) => `${userId} ${itemId}`));
  expect(first?.input.items).toHaveLength(pairs.size);
  const judged = [...events(10, 150), ...events(10, 160)].map(({ userId, itemId, value }) => ({
    userId,
    itemId,
    stars: value,
  }));
  expect(first?.observed.events.map(({ userId, itemId, stars }) => ({ userId, itemId, stars }))).toEqual(judged);
  expect(await gaps()).toEqual([0.02]);
  expect(await account()).toMatchObject({ measured: 1, givenUp: 0, learnt: 150, why: '' });
  // What is as good is left alone: the versions are those of the cuts.
  expect((await versions()).filter(version => !version.endsWith(' growth'))).toEqual([]);
});

test('one that has fallen behind gets a generation, and its gap stays with the one before', async () => {
  const { send, gaps, versions, run, world } = await grown(worse);
  await send(60);
  await run();
  expect((await versions()).at(-1)).toMatch(/^2\.\d+ drift$/);
  const [first, second] = await gaps();
  expect({ first, second }).toEqual({ first: 0.02, second: undefined });
  expect(await world.documents.get({ collection: 'models', partition: 'generations', id: '00000001' })).toMatchObject({
    body: { state: 'retained', quality: { gap: 0.02, shadow: { lists: 40, ndcg10: { gap: -0.5 } } } },
  });
});

test('publishing generations anew keeps what a shadow has said', async () => {
  const { send, gaps, run, world, snapshots, controller } = await grown(equal);
  await send(60);
  await run();
  await ask(world.documents, { kind: 'retrain', target: null, now: 5 });
  await run();
  await controller().look(never);
  expect(await gaps()).toEqual([0.02, undefined]);
  const all = await heads(snapshots);
  await publish(world.documents, { all, gone: new Set(), control: begunControl });
  expect(await gaps()).toEqual([0.02, undefined]);
});

test.for([
  ['where it is never', { shadow: { ...shadow, everyEvents: 0 } }],
  ['where generations are not automatic', { automatic: false }],
] as const)('nothing is measured by itself %s', async ([, more]) => {
  const { given, send, account } = await grown(worse, more);
  await send(80);
  expect(given).toEqual([]);
  expect(await account()).toBeUndefined();
});

test('on command it is measured even there, told, and nothing follows', async () => {
  const { send, versions, world, run } = await grown(worse, { automatic: false });
  await ask(world.documents, { kind: 'shadow', target: null, now: 5 });
  await send(30);
  await run();
  expect((await commandOf(world.documents, 'shadow'))?.command).toMatchObject({
    state: 'done',
    message: expect.stringMatching(/nDCG@10 -50\.00 % \(-60\.00 % to -40\.00 %\).*loss \+2\.00 %, 50\.00 %/),
    figures: { ndcg10: { gap: -0.5 } },
  });
  expect((await versions()).every(version => version.endsWith(' growth'))).toBe(true);
});

test('what was asked for is measured and counted once, whatever tries its words take', async () => {
  const at = await grown(worse, { automatic: false });
  await ask(at.world.documents, { kind: 'shadow', target: null, now: 5 });
  const tried = refusing(at);
  await at.send(30);
  await at.run();
  expect([...tried]).toEqual(['underway', 'done']);
  expect((await commandOf(at.world.documents, 'shadow'))?.command).toMatchObject({ state: 'done' });
  expect(at.given).toHaveLength(1);
  expect(await at.account()).toMatchObject({ measured: 1, givenUp: 0 });
});

test('whoever has the task now answers a command, not who had it before', async () => {
  const { send, world, controller, turn } = await grown(worse, { automatic: false });
  await ask(world.documents, { kind: 'shadow', target: null, now: 5 });
  await send(10);
  expect((await commandOf(world.documents, 'shadow'))?.command.state).toBe('underway');
  controller().release();
  const elsewhere = { kind: 'shadow', target: null, state: 'done', askedAt: 5, answeredAt: 6 } as const;
  await answer(world.documents, { ...elsewhere, message: 'measured elsewhere', generation: null });
  for (let n = 0; n < 3; n++) await turn();
  expect((await commandOf(world.documents, 'shadow'))?.command).toMatchObject({
    state: 'done',
    message: 'measured elsewhere',
  });
});

test.for([
  [
    'somebody is erased',
    async ({ world, run }: Awaited<ReturnType<typeof grown>>) => {
      await world.send(
        ratings,
        rating({ kind: 'erase', userId: 'u1', itemId: '', value: 0, time: day + 900 * minute }),
      );
      await run(3);
    },
    /erased/,
  ],
  [
    'a generation is trained',
    async ({ world, run }: Awaited<ReturnType<typeof grown>>) => {
      await ask(world.documents, { kind: 'retrain', target: null, now: 5 });
      await run();
    },
    /a generation is trained/,
  ],
  [
    'the events do not come',
    async ({ world, controller }: Awaited<ReturnType<typeof grown>>) => {
      world.clock.time += 24 * hour;
      await controller().look(never);
    },
    /did not come/,
  ],
  [
    'the process stops',
    async ({ controller }: Awaited<ReturnType<typeof grown>>) => {
      const stop = new AbortController();
      stop.abort();
      await controller().run(stop.signal, true);
    },
    /has stopped/,
  ],
] as const)('it is given up where %s, and counted', async ([, happens, why]) => {
  const grownUp = await grown(worse);
  const { send, account, controller, gaps } = grownUp;
  await send(40); // one is begun, and ten events judge so far
  await happens(grownUp);
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
  await controller().look(never);
  expect(await account()).toMatchObject({ measured: 0, givenUp: 1, why: expect.stringMatching(why), figures: null });
  expect((await gaps())[0]).toBeUndefined();
});

test('the next process does not measure at once what the last one has measured', async () => {
  const { send, restart, given } = await grown(equal);
  await send(50);
  expect(given).toHaveLength(1);
  await restart();
  await send(20); // of these the next is due with the tenth; they would have judged one that began at once
  expect(given).toHaveLength(1);
});
