/** Lists for users from the vectors of one model version: the state `lists` of `recommend`. */
import type { ItemVector, ModelVersion, Recommendation, UserVector } from '../../../schemas/types.ts';
import { type Kernel, openKernel, type Scored } from '../../als/index.ts';
import { Arms, type Arm } from './arms.ts';
import { type Sums, withVerdict } from './list-judge.ts';
import { couldDiffer } from './list-rule.ts';
import { type Asked, madeList, noList, saysTheSame } from './made-list.ts';
import { compareIds } from './order.ts';
import { judgedPlaces, type ToldQuality } from './quality.ts';
import type { SeenPolicy } from './shelf.ts';
import { isStanding, type Standing } from './standing.ts';
import { Standings } from './standings.ts';
import { ownNumbers } from './own-version.ts';
import { popularOf } from './popular.ts';
import { tenantOf } from './tenant.ts';
import { Turns } from './turns.ts';
import { fromBytes } from './vectors.ts';

/** The newest vectors by id, as the versions so far name them. */
export interface Vectors<V> {
  get(id: string): V | undefined;
  /** Ids that the version at hand has set, ascending. */
  touched(): readonly string[];
  keys(): Iterable<string>;
  /** The trace by which the version at hand has set it, or ''. */
  traceOf?(id: string): string;
}

/** What users have seen, and of whom there is news with the version at hand. */
export interface Seen {
  /** Kinds of events after which an item is in `seenBy`. */
  readonly policy: SeenPolicy;
  seenBy(user: string): ReadonlySet<string>;
  touched(): readonly string[];
  /** Users who are no more. */
  left(): readonly string[];
  /** Takes over what the version tells of users whose events lie in other partitions. */
  take(user: string, events: UserVector['taken']): void;
  leave(user: string): void;
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
const toldEvery = 8;

type Value = string | Uint8Array;

/** Users whose lists the kernel makes at once, and of whom is held what they have seen. */
const together = 256;

/** The version before, and what is summed over all of them. */
interface Head extends Pick<ModelVersion, 'generation' | 'number' | 'fallback' | 'tenants'> {
  readonly candidate: { readonly generation: number; readonly share: number } | null;
  /** Users with news in a version that was none for their tenant: their turn comes with the next one that is. */
  readonly waiting: readonly string[];
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
  readonly #lists = new Standings();
  #head: Head | undefined;
  #isHeadDirty = false;
  #waiting: readonly string[] = [];
  #told: ToldQuality | undefined;
  #kernel: Kernel | undefined;
  /** Derived from the state and the vectors. */
  readonly #arms: Arms;
  #turns: Turns;

  constructor(
    sources: { items: Vectors<ItemVector>; users: Vectors<UserVector>; seen: Seen },
    settings = defaultLists,
    { kernel }: { readonly kernel?: Kernel } = {},
  ) {
    this.#items = sources.items;
    this.#users = sources.users;
    this.#seen = sources.seen;
    this.#settings = settings;
    this.#arms = new Arms(sources.items, () => (this.#kernel ??= openKernel()));
    this.#kernel = kernel;
    this.#turns = new Turns(settings.everyVersions);
    this.version = `lists-2 ${JSON.stringify(settings)}`;
  }

  /** The first release kept but a digest of each list; see `decodeStored`. */
  reads(version: string): boolean {
    return version === `lists-1 ${JSON.stringify(this.#settings)}`;
  }

  /** Lists that the version changes: of users who are no more or no longer known, without items; then by user, ascending. */
  next(version: ModelVersion): readonly Recommendation[] {
    const before = this.#head;
    const sums = before === undefined ? [] : this.#judged(before);
    this.#arms.follow(version);
    for (const user of this.#users.touched()) this.#meet(user);
    const left = this.#seen.left().flatMap(user => this.#bury(user, version));
    const unknown = this.#users.touched().flatMap(user => this.#withdraw(user, version));
    const changed = this.#listsOf(this.#usersOf(version, before), version);
    this.#setHead(version, sums);
    this.#told = isDue(version, before) ? this.#quality(version, sums) : undefined;
    return [...left, ...unknown, ...changed];
  }

  endEpoch(): readonly never[] {
    return [];
  }

  /** A list changes because of its user's own vector; where that is not the version's, because of none in particular. */
  traceOf({ userId }: Recommendation): string {
    return this.#users.traceOf?.(userId) ?? '';
  }

  /** Of the list that stands for the user, by which its document is known; null where there is none. */
  digestFor(user: string): string | null {
    const stored = this.#lists.get(user);
    if (stored === undefined || !('digest' in stored)) return null;
    return isStanding(stored) && stored.items.length === 0 ? null : stored.digest;
  }

  /** How good the lists are, where it is time to tell it. */
  told(): readonly ToldQuality[] {
    return this.#told === undefined ? [] : [this.#told];
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    yield* this.#lists.changes();
    if (this.#isHeadDirty) yield [headKey, JSON.stringify(this.#head)];
  }

  committed(): void {
    this.#lists.committed();
    this.#isHeadDirty = false;
    this.#told = undefined;
  }

  undo(read: (key: string) => Value | undefined): void {
    this.#lists.undo(read);
    this.committed();
    const head = read(headKey);
    this.#head = head === undefined ? undefined : headOf(head);
  }

  restore(key: string, value: Value): void {
    if (key === headKey) this.#head = headOf(value);
    else this.#lists.restore(key, value);
  }

  restored(): void {
    this.#lists.restored();
    this.#arms.restore(this.#head);
    this.#turns = new Turns(this.#settings.everyVersions);
    for (const user of this.#users.keys()) this.#turns.add(user);
  }

  /**
   * Whom the version concerns: everybody where a generation or an experiment begins or ends; else users with news,
   * those whose turn it is, since items move too, and those whose own vector moved far enough for other first items.
   * It depends on nothing but user and version, so that tasks and partitions change no list.
   */
  #usersOf(version: ModelVersion, before: Head | undefined): string[] {
    this.#waiting = [];
    if (before === undefined || isOtherModel(version, before)) return [...this.#users.keys()].sort(compareIds);
    const [after, upTo] = [ownNumbers(before), ownNumbers(version)];
    const news = [...new Set([...before.waiting, ...this.#seen.touched()])];
    const isOwn = (user: string): boolean =>
      version.tenants.length === 0 || after(tenantOf(user)) !== upTo(tenantOf(user));
    this.#waiting = news.filter(user => !isOwn(user));
    const users = new Set(news.filter(isOwn));
    for (const user of this.#turns.between(after, upTo)) users.add(user);
    for (const user of this.#users.touched()) if (!users.has(user) && this.#couldDiffer(user, version)) users.add(user);
    return [...users].sort(compareIds);
  }

  #couldDiffer(user: string, version: ModelVersion): boolean {
    const arm = this.#arms.of(user, version);
    const [stored, factors] = [this.#lists.get(user), this.#factorsOf(user, arm)];
    if (factors === undefined) return false;
    if (!isStanding(stored) || !isOf(arm, stored)) return true;
    return couldDiffer(stored, factors, arm.items, () => this.#seen.seenBy(user));
  }

  /** The vector of the arm's generation, learnt from anything: two generations never meet. None of somebody erased since. */
  #factorsOf(user: string, { generation, items }: Arm): Int16Array | undefined {
    const [vector, stored] = [this.#users.get(user), this.#lists.get(user)];
    if (vector === undefined || vector.events === 0 || vector.generation !== generation) return undefined;
    if (stored !== undefined && 'grave' in stored && isSame(stored.grave, vector)) return undefined;
    const factors = fromBytes(vector.factors);
    return factors.length === items.k && items.size > 0 ? factors : undefined;
  }

  /** The lists of those who have a vector, where they say something else than the ones before. */
  #listsOf(users: readonly string[], version: ModelVersion): readonly Recommendation[] {
    return [...batchesOf(users, together)].flatMap(batch => {
      const asked = batch.flatMap(user => this.#askedBy(user, version));
      const found = new Map<Asked, readonly Scored[]>();
      for (const [items, part] of Map.groupBy(asked, ({ arm }) => arm.items)) {
        const lists = items.topN(part, this.#settings.candidates);
        for (const [at, one] of part.entries()) found.set(one, lists[at] ?? []);
      }
      return asked.flatMap(one => this.#taken(one, version, found.get(one) ?? []));
    });
  }

  #askedBy(user: string, version: ModelVersion): readonly Asked[] {
    const arm = this.#arms.of(user, version);
    const factors = this.#factorsOf(user, arm);
    return factors === undefined ? [] : [{ user, arm, factors, seen: this.#seen.seenBy(user) }];
  }

  /** Remembers the list; it is written where it says something else than the one before. */
  #taken(asked: Asked, version: ModelVersion, scored: readonly Scored[]): readonly Recommendation[] {
    const { list, standing } = madeList(asked, version, scored, this.#settings.candidates);
    const before = this.#lists.get(asked.user);
    this.#lists.set(asked.user, standing);
    return saysTheSame(before, standing) ? [] : [list];
  }

  #meet(user: string): void {
    const { gone = false, taken = [] } = this.#users.get(user) ?? {};
    this.#turns.add(user);
    if (gone) this.#seen.leave(user);
    if (taken.length > 0) this.#seen.take(user, taken);
  }

  /** A vector that came with the same version is of somebody who came back. */
  #bury(user: string, version: ModelVersion): readonly Recommendation[] {
    const before = this.#lists.get(user);
    this.#lists.bury(user, this.#users.touched().includes(user) ? undefined : this.#users.get(user));
    return before === undefined || !('digest' in before) ? [] : [noList(user, version)];
  }

  /** Somebody of whom the model knows nothing any more (all was retracted, or a session became a user) has no list. */
  #withdraw(user: string, version: ModelVersion): readonly Recommendation[] {
    if (this.#users.get(user)?.events !== 0 || !isStanding(this.#lists.get(user))) return [];
    this.#lists.remove(user);
    return [noList(user, version)];
  }

  /** What the version brought, judged by the lists as they stood when it came, and by what is served without one. */
  #judged({ generation, fallback, sums }: Head): Sums {
    return this.#seen.wanted().reduce((judged, { userId, itemId }) => {
      const stored = this.#lists.get(userId);
      if (isStanding(stored)) {
        const place = stored.items.slice(0, judgedPlaces).indexOf(itemId);
        return withVerdict(judged, { ...stored, place, warm: this.#arms.knows(itemId) });
      }
      const place = popularOf(fallback, tenantOf(userId)).slice(0, judgedPlaces).indexOf(itemId);
      return withVerdict(judged, { policy: 'fallback', generation, place, warm: false });
    }, sums);
  }

  #quality({ generation, number, time }: ModelVersion, judged: Sums): ToldQuality {
    let [items, events] = [0, 0];
    for (const id of this.#items.keys()) {
      items++;
      events += this.#items.get(id)?.events ?? 0;
    }
    const exposure = this.#lists.exposures.told(id => this.#items.get(id)?.events ?? 0, { items, events });
    return { generation, number, time, seen: this.#seen.policy, judged, exposure };
  }

  /** A version of an earlier release names the popular items alone. */
  #setHead({ generation, number, popular, fallback, candidate, tenants }: ModelVersion, sums: Sums): void {
    const experiment = candidate && { generation: candidate.generation, share: candidate.share };
    const served = fallback.length > 0 ? fallback : popular;
    this.#head = { generation, number, fallback: served, candidate: experiment, tenants, waiting: this.#waiting, sums };
    this.#isHeadDirty = true;
  }
}

function* batchesOf<T>(values: readonly T[], size: number): Iterable<readonly T[]> {
  for (let from = 0; from < values.length; from += size) yield values.slice(from, from + size);
}

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

/** Earlier releases kept the popular items in the place of what is served, and knew of no tenants. */
type StoredHead = Omit<Head, 'fallback' | 'tenants' | 'waiting'> &
  Partial<Record<'fallback' | 'popular', readonly string[]> & Pick<Head, 'tenants' | 'waiting'>>;

function headOf(value: Value): Head {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
  const stored = JSON.parse(value.toString()) as StoredHead;
  const { popular = [], fallback = popular, tenants = [], waiting = [], ...head } = stored;
  return { ...head, fallback, tenants, waiting };
}
