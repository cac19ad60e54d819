import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../../src/errors.ts';
import { registerModelMetrics } from '../../../src/recommender/api/model-metrics.ts';
import type { Exposure } from '../../../schemas/types.ts';
import { experiment, modelQuality } from '../../../src/recommender/api/page-wire.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import { exposures, ratings } from '../../../topologies/streams.ts';
import { day, minute, rating } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';
import { modelTime, now, shop } from './shop.ts';

const places = (...hits: number[]) => [...hits, ...Array.from({ length: 10 - hits.length }, () => 0)];
const judged = (policy: string, generation: number, all: object, warm: object) => ({ policy, generation, all, warm });
const exposure = { halvings: 0, users: 2, items: 4, events: 8 };
const model = { generation: 3, number: 9, time: modelTime, popular: [] };

/** Two tasks that tell of their lists: 8 events with 4 hits, 2 of them at the first place. */
async function judgedShop() {
  const opened = await shop();
  const { raw } = opened.fill;
  const sums = { records: 8, squaredErrorSum: 8, warmRecords: 4, warmSquaredErrorSum: 1 };
  await raw('models', 'live', 'current', {
    ...model,
    cause: 'drift',
    generationName: 'third',
    trainedAt: now - 5_000,
    prequential: sums,
    counts: { users: 4, items: 4 },
  });
  const retained = { number: null, cause: 'import', trainedAt: 1, state: 'retained', quality: { objective: 9 } };
  await raw('models', 'generations', 'elsewhere', { ...retained, name: 'elsewhere' });
  await raw('models', 'generations', '00000003', { ...retained, name: 'third', number: 3, quality: { gap: 0.004 } });
  const task = (id: string, lists: readonly object[]) =>
    raw('quality', 'recommend', id, {
      generation: 3,
      number: 9,
      time: modelTime,
      judged: JSON.parse(JSON.stringify(lists)),
      exposure: { ...exposure, counts: [{ itemId: id, exposures: 2, events: 2 }] },
    });
  const [some, none] = [
    { events: 4, places: places(1, 0, 1) },
    { events: 0, places: places() },
  ];
  await task('recommend/0', [judged('live', 3, some, { events: 2, places: places(1) })]);
  await task('recommend/1', [
    judged('live', 3, { events: 2, places: places(1, 1) }, none),
    judged('candidate', 4, { events: 2, places: places() }, none),
  ]);
  return opened;
}

describe('how good the model is', () => {
  test('is told over all tasks: errors, hits by place, what the lists hold, and the age of the generation', async () => {
    const { get } = await judgedShop();
    const { quality: answer } = modelQuality.strict().parse((await get('/v2/models/quality')).json());
    expect(answer).toMatchObject({
      modelVersion: '3.9',
      generation: {
        number: 3,
        cause: 'drift',
        trainedAt: new Date(now - 5_000).toISOString(),
        ageMs: 5_000,
        shadowGap: 0.004,
      },
      counts: { users: 4, items: 4 },
      predicted: { all: { events: 8, rmse: 1 }, warm: { events: 4, rmse: 0.5 } },
      lists: {
        all: { events: 8, hitRate10: 0.5 },
        warm: { events: 2, hitRate10: 0.5, ndcg10: 0.5 },
        hitRates: {
          all: [0.25, 0.375, ...Array.from({ length: 8 }, () => 0.5)],
          warm: Array.from({ length: 10 }, () => 0.5),
        },
      },
      held: { users: 4, items: 4, covered: 2, coverage10: 0.5, noveltyBits: 2, sampled: 1 },
    });
    expect(answer?.lists?.policies.map(({ policy, generation }) => [policy, generation])).toEqual([
      ['live', 3],
      ['candidate', 4],
    ]);
  });

  test('is not known before there is a model, and in parts where not all is told', async () => {
    const { fill, get } = await shop();
    expect((await get('/v2/models/quality')).json()).toEqual({ quality: null });
    await fill.model([]);
    const generation = { number: 1, cause: '', trainedAt: null, ageMs: null, shadowGap: null };
    const predicted = { all: { events: 0, rmse: null }, warm: { events: 0, rmse: null } };
    const little = { modelVersion: '1.8', generation, counts: null, predicted, lists: null, held: null };
    expect((await get('/v2/models/quality')).json()).toEqual({ quality: little });
  });

  test('is what the topologies tell', async () => {
    const { world, json } = await dataflow();
    for (let n = 0; n < 300; n++) {
      const event = { userId: `u${n % 12}`, itemId: `i${(n * 7) % 41}`, value: 3 + (n % 3) };
      await world.send(ratings, rating({ ...event, eventId: `e${n}`, time: day + n * minute }));
      if (n % 12 === 11) await world.drain(); // lists are told of every 16 versions
    }
    await world.drain();
    const { quality } = modelQuality.strict().parse(await json('/v2/models/quality'));
    expect(quality?.predicted.all.events).toBe(300 - 12); // those of the first version were told by none
    expect(quality?.predicted.warm.rmse).toBeGreaterThan(0);
    expect(quality?.lists?.all.events).toBeGreaterThan(0);
    expect(quality?.held?.coverage10).toBeGreaterThan(0);
    expect(quality?.counts).toEqual({ users: 12, items: 41 });
  });
});

test('the metrics tell the same, with a help that names the unit; what nobody can tell has no sample', async () => {
  const metrics = new Registry();
  const { server } = await judgedShop();
  registerModelMetrics(metrics, () => server.quality());
  const text = await metrics.metrics();
  for (const line of [
    'millrace_model_generation{cause="drift"} 3',
    'millrace_model_generation_age_seconds 5',
    'millrace_model_shadow_gap_ratio 0.004',
    'millrace_model_prequential_rmse_stars{events="warm"} 0.5',
    'millrace_model_hit_rate_at_10_ratio{events="all"} 0.5',
    'millrace_model_ndcg_at_10_ratio{events="warm"} 0.5',
    'millrace_model_policy_ndcg_at_10_ratio{policy="candidate",generation="4"} 0',
    'millrace_model_judged_events_total{events="warm"} 2',
    'millrace_model_judged_ndcg_at_10_total{events="warm"} 1',
    'millrace_model_coverage_at_10_ratio 0.5',
    'millrace_model_novelty_bits 2',
  ])
    expect(text.split('\n')).toContain(line);
  for (const [, name = ''] of text.matchAll(/^# TYPE (\S+)/gm)) expect(text).toMatch(new RegExp(`# HELP ${name} \\S+`));
  const nothing = new Registry();
  registerModelMetrics(nothing, async () => undefined);
  expect((await nothing.metrics()).split('\n').filter(line => line.startsWith('millrace'))).toEqual([]);
  const away = new Registry();
  registerModelMetrics(away, () => Promise.reject(new Unavailable('The documents are away', 'Wait')));
  expect(await away.metrics()).toContain('# HELP millrace_model_novelty_bits');
});

const shownTo = (userId: string, change: Partial<Exposure> = {}): Exposure => ({
  eventId: `${userId} ${change.time ?? now} ${change.policy ?? 'live'}`,
  tenant: '',
  userId,
  sessionId: '',
  listId: 'l',
  slot: 'top',
  items: ['a', 'b'],
  policy: 'live',
  propensity: 1,
  propensities: [],
  generation: 3,
  number: 9,
  time: now,
  ...change,
});

describe('the arms of an experiment', () => {
  test('are compared by who followed since the candidate’s first list, each by its own generation', async () => {
    const { fill, get, transport } = await judgedShop();
    const send = async (...shown: readonly Exposure[]) =>
      appendFromOutside(
        transport,
        'exposures',
        shown.map(one => recordOf(exposures, one)),
        now,
      );
    const judgedSince = {
      live: { records: 4, squaredErrorSum: 9, warmRecords: 1, warmSquaredErrorSum: 1 },
      candidate: { records: 0, squaredErrorSum: 0 },
    };
    const tried = { generation: 4, share: 0.25, judged: judgedSince };
    await fill.raw('models', 'live', 'current', { ...model, candidate: tried });
    const candidate = { policy: 'candidate', generation: 4 };
    await send(
      shownTo('long before', { time: now - 60_000 }),
      shownTo('other generation', { generation: 2 }),
      shownTo('in', { ...candidate, time: now - 1_000 }),
      shownTo('in too', candidate),
      shownTo('out'),
      shownTo('out too'),
      shownTo('stranger', { policy: 'trending', generation: 0 }),
    );
    const followed = rating({ userId: 'in', itemId: 'b', time: now + 60_000, eventId: 'followed' });
    const late = rating({ userId: 'out', itemId: 'a', time: now + 3 * 3_600_000, eventId: 'late' });
    await appendFromOutside(
      transport,
      'ratings',
      [followed, late].map(one => recordOf(ratings, one)),
      now,
    );
    const answer = experiment.strict().parse((await get('/v2/experiment?withinHours=1')).json());
    const of = (shown: number, count: number) => ({ shown, followed: count });
    expect(answer).toMatchObject({
      isRunning: true,
      since: new Date(now - 1_000).toISOString(),
      withinHours: 1,
      arms: [
        {
          policy: 'live',
          generation: 3,
          share: 0.75,
          lists: of(2, 0),
          items: of(4, 0),
          users: of(2, 0),
          userShare: 0,
          quality: { all: { events: 6 } },
          predicted: { all: { events: 4, rmse: 1.5 }, warm: { events: 1, rmse: 1 } },
        },
        {
          policy: 'candidate',
          generation: 4,
          share: 0.25,
          lists: of(2, 1),
          items: of(4, 1),
          users: of(2, 1),
          userShare: 0.5,
          quality: { all: { events: 2 } },
          predicted: { all: { events: 0, rmse: null }, warm: { events: 0, rmse: null } },
        },
      ],
      fallbacks: [{ policy: 'trending', users: of(1, 0) }],
      difference: { estimate: 0.5 },
    });
    expect(answer.difference?.low).toBeLessThan(0);
    const longer = experiment.parse((await get('/v2/experiment?withinHours=4')).json());
    expect(longer.arms[0]?.users).toEqual(of(2, 1));
    // What comes later is counted too.
    await send(shownTo('third'));
    expect(experiment.parse((await get('/v2/experiment')).json()).arms[0]?.users.shown).toBe(3);
  });

  test('are one without an experiment, and none without a model; there is nothing to compare then', async () => {
    const { fill, get } = await shop();
    const nothing = { isRunning: false, since: null, withinHours: 24, arms: [], fallbacks: [], difference: null };
    expect((await get('/v2/experiment')).json()).toEqual(nothing);
    await fill.model([]);
    const answer = experiment.parse((await get('/v2/experiment')).json());
    expect(answer).toMatchObject({
      isRunning: false,
      arms: [{ policy: 'live', share: 1, userShare: null }],
      difference: null,
    });
    expect((await get('/v2/experiment?withinHours=721')).statusCode).toBe(400);
  });
});
