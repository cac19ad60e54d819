/** Lists for users from the vectors of one model version: the state `lists` of `recommend`. */
import { createHash } from 'node:crypto';
import type { ItemVector, ModelVersion, Recommendation, UserVector } from '../../../schemas/types.ts';
import type { Scored } from '../../als/index.ts';
import { Arms, type Arm } from './arms.ts';
import { Exposures, type Sums, withVerdict } from './list-judge.ts';
import { couldDiffer } from './list-rule.ts';
import { compareIds } from './order.ts';
import { judgedPlaces, type TaskQuality } from './quality.ts';
import {
  decodeStored,
  encodeStored,
  isStanding,
  type Policy,
  remembered,
  type Standing,
  type Stored,
} from './standing.ts';
import { Turns } from './turns.ts';
import { fromBytes } from './vectors.ts';

/** The newest vectors by id, as the versions so far name them. */
export interface Vectors<V> {
  get(id: string): V | undefined;
  /** Ids that the version at hand has set, ascending. */
  touched(): readonly string[];
  keys(): Iterable<string>;
}

/** What users have seen, and of whom there is news with the version at hand. */
export interface Seen {
  seenBy(user: string): ReadonlySet<string>;
  touched(): readonly string[];
  /** Users who are no more. */
  left(): readonly string[];
  /** What users turned out to want. */
  wanted(): readonly { readonly userId: string; readonly itemId: string }[];
}

export interface ListSettings {
  /** Candidates of a list, so that rules of serving can take some away without emptying it. */
  readonly candidates: number;
  /** A user of whom there is no news gets a new list every so many versions. */
  readonly everyVersions: number;
}

export const defaultLists: ListSettings = { candidates: 100, everyVersions: 64 };

/** The quality of the lists is told each time that the number of the version has come this far. */
const toldEvery = 16;

type Value = string | Uint8Array;

/** The version before, and what is summed over all of them. */
interface Head extends Pick<ModelVersion, 'generation' | 'number' | 'popular'> {
  readonly candidate: { readonly generation: number; readonly share: number } | null;
  readonly sums: Sums;
}

/** No id holds control characters. */
const headKey = '\nhead';

export class Lists {
  readonly version: string;
  readonly #settings: ListSettings;
  readonly #items: Vectors<ItemVector>;
  readonly #users: Vectors<UserVector>;
  readonly #seen: Seen;
  readonly #stored = new Map<string, Stored>();
  readonly #dirty = new Set<string>();
  #head: Head | undefined;
  #isHeadDirty = false;
  #told: Omit<TaskQuality, 'task'> | undefined;
  /** Derived from the state and the vectors. */
  readonly #arms: Arms;
  #exposures = new Exposures();
  #turns: Turns;

  constructor(
    sources: { items: Vectors<ItemVector>; users: Vectors<UserVector>; seen: Seen },
    settings = defaultLists,
  ) {
    this.#items = sources.items;
    this.#users = sources.users;
    this.#seen = sources.seen;
    this.#settings = settings;
    this.#arms = new Arms(sources.items);
    this.#turns = new Turns(settings.everyVersions);
    this.version = `lists-2 ${JSON.stringify(settings)}`;
  }

  /** The first release kept but a digest of each list; see `decodeStored`. */
  reads(version: string): boolean {
    return version === `lists-1 ${JSON.stringify(this.#settings)}`;
  }

  /** Lists that the version changes: those of users who are no more, without items; then by user in ascending order. */
  next(version: ModelVersion): readonly Recommendation[] {
    const before = this.#head;
    const sums = before === undefined ? [] : this.#judged(before);
    this.#arms.follow(version);
    for (const user of this.#users.touched()) this.#turns.add(user);
    const left = this.#seen.left().flatMap(user => this.#bury(user, version));
    const changed = this.#usersOf(version, before).flatMap(user => this.#listOf(user, version));
    this.#setHead(version, sums);
    this.#told = isDue(version, before) ? this.#quality(version, sums) : undefined;
    return [...left, ...changed];
  }

  endEpoch(): readonly never[] {
    return [];
  }

  /** How good the lists are, where it is time to tell it. */
  told(): readonly Omit<TaskQuality, 'task'>[] {
    return this.#told === undefined ? [] : [this.#told];
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    for (const user of this.#dirty) {
      const stored = this.#stored.get(user);
      yield [user, stored === undefined ? null : encodeStored(stored)];
    }
    if (this.#isHeadDirty) yield [headKey, JSON.stringify(this.#head)];
  }

  committed(): void {
    this.#dirty.clear();
    this.#isHeadDirty = false;
    this.#told = undefined;
  }

  undo(read: (key: string) => Value | undefined): void {
    const users = [...this.#dirty];
    this.committed();
    for (const user of users) {
      this.#stored.delete(user);
      const stored = read(user);
      if (stored !== undefined) this.restore(user, stored);
    }
    this.#head = undefined;
    const head = read(headKey);
    if (head !== undefined) this.restore(headKey, head);
  }

  restore(key: string, value: Value): void {
    if (key === headKey) this.#head = headOf(value);
    else this.#stored.set(key, decodeStored(value.toString()));
  }

  restored(): void {
    this.#arms.restore(this.#head);
    this.#exposures = new Exposures();
    for (const stored of this.#stored.values()) if (isStanding(stored)) this.#exposures.add(stored);
    this.#turns = new Turns(this.#settings.everyVersions);
    for (const user of this.#users.keys()) this.#turns.add(user);
  }

  /**
   * Whom the version concerns: everybody where a generation or an experiment begins or ends; else users with news,
   * those whose turn it is, since items move too, and those whose own vector moved far enough for other first items.
   * It depends on nothing but user and version, so that tasks and partitions change no list.
   */
  #usersOf(version: ModelVersion, before: Head | undefined): string[] {
    if (before === undefined || isOtherModel(version, before)) return [...this.#users.keys()].sort(compareIds);
    const users = new Set(this.#seen.touched());
    for (const user of this.#turns.between(before.number, version.number)) users.add(user);
    for (const user of this.#users.touched()) if (!users.has(user) && this.#couldDiffer(user, version)) users.add(user);
    return [...users].sort(compareIds);
  }

  #couldDiffer(user: string, version: ModelVersion): boolean {
    const arm = this.#arms.of(user, version);
    const [stored, factors] = [this.#stored.get(user), this.#factorsOf(user, arm)];
    if (factors === undefined) return false;
    if (!isStanding(stored) || !isOf(arm, stored)) return true;
    return couldDiffer(stored, factors, arm.items, () => this.#seen.seenBy(user));
  }

  /** The vector of the arm's generation: vectors of two generations never meet. None of a user who was erased since. */
  #factorsOf(user: string, { generation, items }: Arm): Int16Array | undefined {
    const [vector, stored] = [this.#users.get(user), this.#stored.get(user)];
    if (vector === undefined || vector.generation !== generation) return undefined;
    if (stored !== undefined && 'grave' in stored && isSame(stored.grave, vector)) return undefined;
    const factors = fromBytes(vector.factors);
    return factors.length === items.k && items.size > 0 ? factors : undefined;
  }

  /** The list of a user who has a vector, where it says something else than the one before. */
  #listOf(user: string, version: ModelVersion): readonly Recommendation[] {
    const arm = this.#arms.of(user, version);
    const factors = this.#factorsOf(user, arm);
    if (factors === undefined) return [];
    const scored = arm.items.topN(factors, this.#settings.candidates, this.#seen.seenBy(user));
    const list = asList(user, arm, version, scored);
    const digest = digestOf(list);
    const before = this.#stored.get(user);
    const { policy, generation } = arm;
    const { number } = version;
    this.#stand(user, { policy, generation, number, digest, factors, ...this.#standingOf(scored) });
    return isWritten(before, policy, digest) ? [] : [list];
  }

  #standingOf(scored: readonly Scored[]): Pick<Standing, 'items' | 'rest'> {
    const isAll = scored.length < this.#settings.candidates;
    const next = scored[remembered] ?? (isAll ? undefined : scored.at(-1));
    return { items: scored.slice(0, remembered).map(({ itemId }) => itemId), rest: next?.score ?? null };
  }

  /** The list of somebody who is no more has no items, and the vector that the table still holds makes no other. */
  #bury(user: string, { generation, number, time }: ModelVersion): readonly Recommendation[] {
    const [stored, vector] = [this.#stored.get(user), this.#users.get(user)];
    this.#forget(user);
    if (vector !== undefined && !this.#users.touched().includes(user)) {
      this.#stored.set(user, { grave: { generation: vector.generation, number: vector.number } });
    }
    if (stored === undefined || !('digest' in stored)) return [];
    return [{ userId: user, reason: 'personal', policy: 'live', generation, number, time, margin: 0, items: [] }];
  }

  #stand(user: string, standing: Standing): void {
    this.#forget(user);
    this.#stored.set(user, standing);
    this.#exposures.add(standing);
  }

  #forget(user: string): void {
    const stored = this.#stored.get(user);
    if (isStanding(stored)) this.#exposures.remove(stored);
    this.#stored.delete(user);
    this.#dirty.add(user);
  }

  /** What the version brought, judged by the lists as they stood when it came, and by what is served without one. */
  #judged({ generation, popular, sums }: Head): Sums {
    return this.#seen.wanted().reduce((judged, { userId, itemId }) => {
      const stored = this.#stored.get(userId);
      if (isStanding(stored)) {
        const place = stored.items.slice(0, judgedPlaces).indexOf(itemId);
        return withVerdict(judged, { ...stored, place, warm: this.#arms.knows(itemId) });
      }
      const place = popular.slice(0, judgedPlaces).indexOf(itemId);
      return withVerdict(judged, { policy: 'fallback', generation, place, warm: false });
    }, sums);
  }

  #quality({ generation, number, time }: ModelVersion, judged: Sums): Omit<TaskQuality, 'task'> {
    let [items, events] = [0, 0];
    for (const id of this.#items.keys()) {
      items++;
      events += this.#items.get(id)?.events ?? 0;
    }
    const exposure = this.#exposures.told(id => this.#items.get(id)?.events ?? 0, { items, events });
    return { generation, number, time, judged, exposure };
  }

  #setHead({ generation, number, popular, candidate }: ModelVersion, sums: Sums): void {
    const experiment = candidate && { generation: candidate.generation, share: candidate.share };
    this.#head = { generation, number, popular, candidate: experiment, sums };
    this.#isHeadDirty = true;
  }
}

function asList(user: string, arm: Arm, { number, time }: ModelVersion, scored: readonly Scored[]): Recommendation {
  const { policy, generation, unit } = arm;
  const items = scored.map(({ itemId, score }) => ({ itemId, score: score / unit, reason: 'personal' as const }));
  const margin = (items[9]?.score ?? 0) - (items[10]?.score ?? 0);
  return { userId: user, reason: 'personal', policy, generation, number, time, margin, items };
}

/** Whether the list before said the same. Those of the first release name no policy: there was one. */
const isWritten = (before: Stored | undefined, policy: Policy, digest: string): boolean =>
  before !== undefined &&
  'digest' in before &&
  before.digest === digest &&
  (isStanding(before) ? before.policy : 'live') === policy;

const isOf = ({ policy, generation }: Arm, standing: Standing): boolean =>
  standing.policy === policy && standing.generation === generation;

const isSame = (a: { generation: number; number: number }, b: { generation: number; number: number }): boolean =>
  a.generation === b.generation && a.number === b.number;

const isOtherModel = ({ generation, candidate }: ModelVersion, before: Head): boolean =>
  generation !== before.generation ||
  candidate?.generation !== before.candidate?.generation ||
  candidate?.share !== before.candidate?.share;

const isDue = ({ generation, number }: ModelVersion, before: Head | undefined): boolean =>
  generation !== before?.generation || Math.floor(number / toldEvery) !== Math.floor(before.number / toldEvery);

const digestOf = ({ generation, items }: Pick<Recommendation, 'generation' | 'items'>): string =>
  createHash('sha256')
    .update(JSON.stringify([generation, items]))
    .digest('base64');

// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
const headOf = (value: Value): Head => JSON.parse(value.toString()) as Head;
