/**
 * Whose lists does a model version make anew, and whose first ten have changed? The rule of
 * src/recommender/domain/list-rule.ts beside a list for every vector that moved, and beside the bound on the margin alone.
 * `node bench/list-rule.ts [RATINGS.csv] [--events N] [--cut N]`: all but the last N events are learnt and trained, the
 * rest comes in cuts, a version each; on the bundled ratings where none are named.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ItemVector, ModelVersion, Rating, UserVector } from '../schemas/types.ts';
import { dot, type Interaction, ItemMatrix, type Learnt, Model, topNOf } from '../src/als/index.ts';
import { hash } from '../src/recommender/domain/hash.ts';
import { defaultLists, Lists, type Vectors } from '../src/recommender/domain/lists.ts';
import { Shelves } from '../src/recommender/domain/shelf.ts';
import { asVector, fromBytes } from '../src/recommender/domain/vectors.ts';
import { versionWith } from '../test/support/model-version.ts';
import { ratingsFile } from './support/films.ts';
import { machine, repeat, write } from './support/write.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { events: { type: 'string', default: '4000' }, cut: { type: 'string', default: '10' } },
});
const [live, cut] = [Number(flags.events), Number(flags.cut)];

class Table<V extends { readonly id: string }> implements Vectors<V> {
  readonly values = new Map<string, V>();
  #touched: readonly string[] = [];

  get(id: string): V | undefined {
    return this.values.get(id);
  }

  touched(): readonly string[] {
    return this.#touched;
  }

  keys(): Iterable<string> {
    return this.values.keys();
  }

  take(values: readonly V[]): void {
    this.#touched = values.map(({ id }) => id);
    for (const value of values) this.values.set(value.id, value);
  }
}

/** What was published for a user: the first ten, and what the bound on the margin needs. */
interface Published {
  readonly items: ReadonlySet<string>;
  readonly margin: number;
  readonly factors: Int16Array;
}

const counts = { versions: 0, refreshed: 0, rule: 0, margin: 0, changed: 0, missed: 0, turns: 0, turnsChanged: 0 };
using given = await ratingsFile(positionals[0]);
const events = read(given.path);
const model = new Model();
const [items, users] = [new Table<ItemVector>(), new Table<UserVector>()];
const shelves = new Shelves();
const lists = new Lists({ items, users, seen: shelves });
const matrix = new ItemMatrix(model.settings.factors);
const published = new Map<string, Published>();

const learnt = events.slice(0, -live);
for (let at = 0; at < learnt.length; at += 1_000) model.learn(learnt.slice(at, at + 1_000));
publish(model.train(), learnt);
for (let at = events.length - live; at < events.length; at += cut) {
  const batch = events.slice(at, at + cut);
  judge(model.learn(batch), batch);
}
keep();

function read(file: string): Interaction[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  const parsed = lines.map((line): Interaction => {
    const [userId = '', itemId = '', value, at_s] = line.split(',');
    return {
      userId,
      itemId,
      kind: 'rating',
      value: Number(value),
      time: Number(at_s) * 1000,
      eventId: `${userId}-${itemId}`,
    };
  });
  return parsed.sort((a, b) => a.time - b.time || (a.eventId < b.eventId ? -1 : 1));
}

/** One version, as `recommend` would apply it; answers who got a list. */
function publish({ users: movedUsers, items: movedItems }: Learnt, batch: readonly Interaction[]): ReadonlySet<string> {
  const at = { version: model.version, settings: model.settings, time: 0 };
  const vectorsOf = (ids: readonly string[], side: 'users' | 'items') =>
    ids.flatMap(id => {
      const vectors = side === 'users' ? model.user(id) : model.item(id);
      return vectors === undefined ? [] : [asVector(id, vectors, { ...at, side })];
    });
  items.take(vectorsOf(movedItems, 'items'));
  users.take(vectorsOf(movedUsers, 'users'));
  for (const id of movedItems) matrix.set(id, fromBytes(items.get(id)?.factors ?? Buffer.alloc(0)));
  for (const event of batch) shelves.next({ ...event, tenant: '', sessionId: '' } satisfies Rating);
  const made = lists.next(version());
  lists.committed();
  shelves.committed();
  for (const { userId, items: listed, margin } of made) {
    const factors = fromBytes(users.get(userId)?.factors ?? Buffer.alloc(0));
    published.set(userId, { items: new Set(listed.slice(0, 10).map(({ itemId }) => itemId)), margin, factors });
  }
  return new Set(made.map(({ userId }) => userId));
}

/** Of users without news: who got a list, and whose first ten changed. */
function judge(change: Learnt, batch: readonly Interaction[]): void {
  const before = new Map(published);
  const number = model.version.number - 1;
  const made = publish(change, batch);
  const news = new Set(batch.map(({ userId }) => userId));
  const { everyVersions } = defaultLists;
  const isTurn = (user: string): boolean => hash(user) % everyVersions === (number + 1) % everyVersions;
  counts.versions++;
  for (const user of users.touched()) {
    const known = before.get(user);
    if (known !== undefined && !news.has(user) && !isTurn(user)) judgeRefreshed(user, known, made.has(user));
  }
  const moved = new Set([...news, ...users.touched()]);
  for (const [user, known] of before) {
    if (moved.has(user) || !isTurn(user)) continue;
    counts.turns++;
    if (hasChanged(user, known)) counts.turnsChanged++;
  }
}

function judgeRefreshed(user: string, known: Published, isMade: boolean): void {
  const changed = hasChanged(user, known);
  counts.refreshed++;
  if (isMade) counts.rule++;
  if (changed) counts.changed++;
  if (changed && !isMade) counts.missed++;
  if (couldCross(user, known)) counts.margin++;
}

function hasChanged(user: string, known: Published): boolean {
  const factors = fromBytes(users.get(user)?.factors ?? Buffer.alloc(0));
  const now = topNOf(factors, matrix, { n: 10, exclude: shelves.seenBy(user) });
  return now.some(({ itemId }) => !known.items.has(itemId));
}

/** The bound of Cauchy and Schwarz on the margin alone: 2 |D| max |y|. */
function couldCross(user: string, { margin, factors }: Published): boolean {
  const now = fromBytes(users.get(user)?.factors ?? Buffer.alloc(0));
  const moved = Float64Array.from(now, (value, f) => value - (factors[f] ?? NaN));
  const { gridExponent } = model.settings;
  const longest = Math.max(...matrix.ids.map((_, row) => dot(matrix.row(row), matrix.row(row))));
  const reach = 2 * Math.sqrt(moved.reduce((sum, value) => sum + value * value, 0) * longest);
  return reach / 2 ** (gridExponent.users + gridExponent.items) >= margin;
}

function version(): ModelVersion {
  const { factors, regularisation, unobservedWeight, gridExponent, seed } = model.settings;
  const hyperParameters = {
    factors,
    regularisation: regularisation.strength,
    unobservedWeight,
    weights: '',
    userExponent: gridExponent.users,
    itemExponent: gridExponent.items,
  };
  return versionWith({ ...model.version, seed, hyperParameters, meanStars: model.mean });
}

function keep(): void {
  const { versions, refreshed, rule, margin, changed, missed, turns, turnsChanged } = counts;
  const percent = (part: number, whole: number): number => Math.round((part / whole) * 1e4) / 100;
  const rows = [
    { lists: 'refreshed users: all', users: refreshed, percent: 100 },
    { lists: 'made anew by the bound on the margin alone', users: margin, percent: percent(margin, refreshed) },
    { lists: 'made anew by the rule', users: rule, percent: percent(rule, refreshed) },
    { lists: 'whose first ten have changed', users: changed, percent: percent(changed, refreshed) },
    { lists: 'of these not made anew', users: missed, percent: percent(missed, refreshed) },
    { lists: 'untouched users at their turn', users: turns, percent: 100 },
    { lists: 'whose first ten have changed since', users: turnsChanged, percent: percent(turnsChanged, turns) },
  ];
  console.table(rows);
  write({
    kind: 'table',
    name: 'list-rule',
    question: 'Whose lists does a model version make anew, and whose first ten have changed?',
    repeat: repeat(),
    machine: machine(),
    settings: { ratings: given.name, events: live, cut, versions, factors: model.settings.factors },
    columns: [{ name: 'lists' }, { name: 'users' }, { name: 'percent' }],
    rows,
  });
}
