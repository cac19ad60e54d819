/**
 * How good are the lists and star estimates, does learning in cuts keep up with retraining, and what does it cost?
 * `node bench/als.ts [RATINGS.csv] [--part validation|test] [--only SPLIT] [--settings JSON]`, on the bundled ratings where
 * none are named. Splits of the ratings sorted by time:
 * temporal (the last tenth is judged), leave-last-out (each user's last rating is), random (a tenth by hash, is).
 * Defaults are chosen with `--part validation`, which splits the first nine tenths again and never sees the test part.
 * Lists: full ranking of all unseen items, relevant is 4 stars or more. Results go to bench/results/als-SPLIT.json.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Model, type Interaction, type ModelSettings, type Scored } from '../src/als/index.ts';
import { ratingsFile } from './support/films.ts';
import { machine, repeat, write } from './support/write.ts';

const eventsPerCut = 1_000;
const listLength = 10;
const settingsSchema = z.record(z.string(), z.json());
const relevantStars = 4;

type Split = { readonly name: string; readonly learnt: Interaction[]; readonly judged: Interaction[] };
type Figures = { readonly ndcg10: number; readonly rmse: number; readonly lists: number; readonly estimates: number };

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    part: { type: 'string', default: 'test' },
    only: { type: 'string', default: '' },
    settings: { type: 'string', default: '{}' },
  },
});
// oxlint-disable-next-line typescript/consistent-type-assertions -- the model itself validates what was typed
const settings = JSON.parse(flags.settings) as Partial<ModelSettings>;

using given = await ratingsFile(positionals[0]);
const all = read(given.path);
const ratings = flags.part === 'validation' ? all.slice(0, Math.floor(all.length * 0.9)) : all;
for (const split of splits(ratings).filter(({ name }) => name.startsWith(flags.only))) {
  const rows = judgeSplit(split);
  console.table(rows);
  if (flags.settings === '{}' && flags.part === 'test') keep(split.name, rows);
}

function read(file: string): Interaction[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return lines
    .map((line): Interaction => {
      const [userId = '', itemId = '', value, at_s] = line.split(',');
      const time = Number(at_s) * 1000;
      return { userId, itemId, kind: 'rating', value: Number(value), time, eventId: `${userId}-${itemId}` };
    })
    .sort((a, b) => a.time - b.time || (a.eventId < b.eventId ? -1 : 1));
}

function splits(events: readonly Interaction[]): Split[] {
  const at = Math.floor(events.length * 0.9);
  const last = new Map(events.map(event => [event.userId, event.eventId]));
  const isLast = (event: Interaction): boolean => last.get(event.userId) === event.eventId;
  const isDrawn = (event: Interaction): boolean =>
    createHash('sha256').update(`1 ${event.eventId}`).digest().readUInt32LE() % 10 === 0;
  return [
    { name: 'temporal', learnt: events.slice(0, at), judged: events.slice(at) },
    { name: 'leave-last-out', learnt: events.filter(event => !isLast(event)), judged: events.filter(isLast) },
    { name: 'random', learnt: events.filter(event => !isDrawn(event)), judged: events.filter(isDrawn) },
  ];
}

function judgeSplit({ name, learnt, judged }: Split) {
  const model = new Model(settings);
  const changed = { users: 0, items: 0 };
  const learning_s = seconds(() => {
    for (let at = 0; at < learnt.length; at += eventsPerCut) {
      const { users, items } = model.learn(learnt.slice(at, at + eventsPerCut));
      changed.users += users.length;
      changed.items += items.length;
    }
  });
  const incremental = judge(model, judged);
  const training_s = seconds(() => model.train());
  const retrain = judge(model, judged);
  const popular = judgeLists(judged, userId => popularFor(model, userId));
  const rowsPerEvent = (changed.users + changed.items) / learnt.length;
  return [
    { split: name, model: 'popularity, item mean + user bias', ...popular, ...judgeBiases(learnt, judged), seconds: 0 },
    { split: name, model: 'incremental', ...incremental, seconds: learning_s, rowsPerEvent },
    { split: name, model: 'retrain', ...retrain, seconds: training_s },
    {
      split: name,
      model: 'incremental beside retrain, %',
      ndcg10: (incremental.ndcg10 / retrain.ndcg10 - 1) * 100,
      rmse: (incremental.rmse / retrain.rmse - 1) * 100,
    },
  ].map(rounded);
}

/** Of the processor, not of the clock: others may be at work on the machine. */
function seconds(work: () => void): number {
  const begin = process.cpuUsage();
  work();
  return process.cpuUsage(begin).user / 1e6;
}

function judge(model: Model, judged: readonly Interaction[]): Figures {
  const lists = judgeLists(judged, userId => model.topN(userId, { n: listLength }));
  return { ...lists, ...judgeEstimates(judged, event => model.stars(event.userId, event.itemId)) };
}

/** Only users who were learnt have a list, and only their relevant events count. */
function judgeLists(judged: readonly Interaction[], listOf: (userId: string) => Scored[] | undefined) {
  const relevant = Map.groupBy(
    judged.filter(({ value }) => value >= relevantStars),
    ({ userId }) => userId,
  );
  let sum = 0;
  let lists = 0;
  for (const [userId, events] of relevant) {
    const list = listOf(userId);
    if (list === undefined) continue;
    sum += ndcg(list, new Set(events.map(({ itemId }) => itemId)));
    lists++;
  }
  return { ndcg10: sum / lists, lists };
}

function ndcg(list: readonly Scored[], relevant: ReadonlySet<string>): number {
  const gain = (rank: number): number => 1 / Math.log2(rank + 2);
  const got = list.reduce((sum, { itemId }, rank) => sum + (relevant.has(itemId) ? gain(rank) : 0), 0);
  let ideal = 0;
  for (let rank = 0; rank < Math.min(relevant.size, listLength); rank++) ideal += gain(rank);
  return got / ideal;
}

function popularFor(model: Model, userId: string): Scored[] | undefined {
  if (model.user(userId) === undefined) return undefined;
  const seen = new Set(model.seen(userId));
  return model
    .popular(listLength + seen.size)
    .filter(({ itemId }) => !seen.has(itemId))
    .slice(0, listLength);
}

function judgeEstimates(judged: readonly Interaction[], estimate: (event: Interaction) => number) {
  const squared = judged.reduce((sum, event) => sum + (estimate(event) - event.value) ** 2, 0);
  return { rmse: Math.sqrt(squared / judged.length), estimates: judged.length };
}

/** The rival for stars: the item's mean, and the user's mean deviation from it. */
function judgeBiases(learnt: readonly Interaction[], judged: readonly Interaction[]) {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const overall = mean(learnt.map(({ value }) => value));
  const meansBy = (key: 'itemId' | 'userId', valueOf: (event: Interaction) => number): Map<string, number> => {
    const groups = [...Map.groupBy(learnt, event => event[key])];
    return new Map(groups.map(([id, events]) => [id, mean(events.map(valueOf))]));
  };
  const items = meansBy('itemId', ({ value }) => value);
  const expected = ({ itemId }: Interaction): number => items.get(itemId) ?? overall;
  const users = meansBy('userId', event => event.value - expected(event));
  return judgeEstimates(judged, event => Math.min(5, Math.max(0.5, expected(event) + (users.get(event.userId) ?? 0))));
}

type Cell = string | number | null;

function rounded(row: Record<string, Cell>): Record<string, Cell> {
  const shown = (value: Cell): Cell => (typeof value === 'number' ? Number(value.toFixed(4)) : value);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown(value)]));
}

function keep(name: string, rows: Record<string, Cell>[]): void {
  write({
    kind: 'table',
    name: `als-${name}`,
    question: `Does learning in cuts keep up with retraining, split ${name}, on ${given.name}?`,
    repeat: repeat(),
    machine: machine(),
    settings: { eventsPerCut, relevantStars, ...settingsSchema.parse(new Model().settings) },
    columns: [
      { name: 'model' },
      { name: 'ndcg10', better: 'more' },
      { name: 'lists' },
      { name: 'rmse', better: 'less' },
      { name: 'estimates' },
      { name: 'seconds', better: 'less' },
      { name: 'rowsPerEvent', better: 'less' },
    ],
    rows,
  });
}
