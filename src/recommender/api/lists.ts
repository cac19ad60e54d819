/** What is recommended to whom: the reading use cases, which know nothing of HTTP. */
import { type Exploration, explored, type Placed } from '../domain/exploration.ts';
import type { HistoryItem } from '../domain/history.ts';
import { Picker, type Rules } from '../domain/rules.ts';
import type { SeenPolicy } from '../domain/shelf.ts';
import { days, type Millis } from '../../stream/time.ts';
import { UnknownItem } from './errors.ts';
import type { HeldItems, ItemLookup } from './item-lookup.ts';
import type { ListIds } from './list-ids.ts';
import { type Candidate, type Opening, type Source, type SourceParts, Sources } from './sources.ts';
import type { ShownItem } from './items.ts';

/** Why an item stands in a list: `new` is one that stands there to be tried out. */
export type ListedReason = Candidate['reason'] | 'new';

export interface ListedItem {
  readonly itemId: string;
  readonly title: string;
  readonly genres: readonly string[];
  /** Comparable within a list and reason only: fit, cosine, ratings in the window, overall popularity, events so far. */
  readonly score: number;
  readonly reason: ListedReason;
  /** Whether chance put it there; see `exploration.ts`. */
  readonly explored: boolean;
  /** Probability with which it stands at this place, above 0 and at most 1. */
  readonly propensity: number;
}

export interface ItemList {
  readonly items: readonly ListedItem[];
  /** Of what the list was begun with; where that had too few items, those of others say their own. */
  readonly reason: Candidate['reason'];
  /** What made the list: an arm of an experiment, or the fallback that `reason` names. */
  readonly policy: string;
  /** Names this list where it is reported as shown. */
  readonly listId: string;
  /** `generation.number`; null where no model version is behind the list. */
  readonly modelVersion: string | null;
  /** Event time as of which the list holds, ISO 8601; null for a list of nothing. */
  readonly generatedAt: string | null;
  /** How long ago that was by the wall clock, 0 or more; null likewise. */
  readonly ageMs: Millis | null;
  /** What likeness was measured by; null for a list that was not begun with it. */
  readonly likeness: Likeness | null;
}

/** By what was done with the item, or, where nothing was yet, by its genres and tags alone. */
export type Likeness = 'events' | 'description';

/** How many, and of which. */
export interface Asked {
  readonly n: number;
  readonly rules: Rules;
}

/** What of the user's own things stays out: what the policy calls seen, besides it all that was ever ordered, or none. */
export type Exclude = 'seen' | 'bought' | 'none';

export interface AskedFor extends Asked {
  readonly exclude: Exclude;
  /** Whether new items may take places. */
  readonly explore: boolean;
}

export interface ListParts extends SourceParts {
  readonly lookup: ItemLookup;
  readonly exploration: Exploration;
  /** As the lists were made by it. */
  readonly seen: SeenPolicy;
  readonly listIds: ListIds;
}

/** A candidate with what the catalogue says of it. */
interface Chosen extends Candidate {
  readonly item: Omit<ShownItem, 'itemId'> | undefined;
}

/** A list that is not full yet. */
interface Begun {
  readonly picker: Picker<Chosen>;
  readonly known: HeldItems | undefined;
  readonly head: Source | undefined;
  readonly explores: boolean;
}

/** A list, and what tells whether it would be the same if it were made again. */
export interface LastingList {
  readonly list: ItemList;
  /** Absent where only making it again can tell. */
  readonly isStill?: () => Promise<boolean>;
}

export class ItemLists {
  readonly #parts: ListParts;
  readonly #sources: Sources;

  constructor(parts: ListParts) {
    this.#parts = parts;
    this.#sources = new Sources(parts);
  }

  /**
   * The user's own list; where there is none, or too little of it is left by the rules, what fits the user's vector,
   * then what is trending, then what is popular. Never fails on a user, and holds nothing that is to stay out.
   */
  async recommendationsFor(user: string, asked: AskedFor): Promise<ItemList> {
    return (await this.lastingFor(user, asked)).list;
  }

  /** `recommendationsFor`; what was made of the user's own list alone holds as long as that and the catalogue do. */
  async lastingFor(user: string, asked: AskedFor): Promise<LastingList> {
    const { exploration, lookup } = this.#parts;
    // Before anything else is read: what changes from here on is another revision.
    const known = await lookup.current();
    const picker = new Picker<Chosen>(asked.n, asked.rules);
    // The own list was made without what was seen; all that was done is read only where something else may enter.
    const head = await this.#filled(picker, asked.exclude === 'seen' ? [this.#sources.own(user)] : [], known);
    const explores = asked.explore && exploration.slots > 0 && exploration.share > 0;
    if (picker.missing > 0 || explores)
      return { list: await this.#filledUp(user, asked, { picker, known, head, explores }) };
    const list = this.#listOf(head, picker.picked.map(certain), user);
    const etag = head?.etag;
    if (etag === undefined || known === undefined) return { list };
    return { list, isStill: () => this.#isStill(user, etag, known.revision) };
  }

  /** The list with what else there is for the user, and with what is new. */
  async #filledUp(
    user: string,
    { exclude }: AskedFor,
    { picker, known, head: own, explores }: Begun,
  ): Promise<ItemList> {
    const { exploration, clock } = this.#parts;
    const stays = await this.#staysOut(user, exclude);
    picker.exclude(stays.items);
    const again = exclude === 'bought' ? [this.#sources.own(user)] : [];
    // Who has done more than can be read is served from the list alone.
    const others = stays.isComplete ? [this.#sources.fitting(user), ...this.#general] : [];
    const head = await this.#filled(picker, [...again, ...others], known, own);
    const mayExplore = explores && stays.isComplete && head?.reason === 'personal';
    const fresh = mayExplore ? await this.#fresh(picker) : [];
    const day = Math.floor(clock.now() / days(1));
    return this.#listOf(head, explored(picker.picked, fresh, exploration, { user, day }), user);
  }

  /** What `ageMs` of the list would be now. */
  ageOf({ generatedAt }: ItemList): Millis | null {
    return generatedAt === null ? null : this.#ageAt(Date.parse(generatedAt));
  }

  async #isStill(user: string, etag: string, revision: number): Promise<boolean> {
    const { stored, lookup } = this.#parts;
    const [isCurrent, now] = await Promise.all([stored.isListCurrent(user, etag), lookup.current()]);
    return isCurrent && now?.revision === revision;
  }

  /**
   * What fits a visitor who has done just this and whom nobody knows; where the model cannot tell, what is trending,
   * then what is popular. Nothing of the basket itself, and nothing is kept of it.
   */
  forBasket(done: readonly HistoryItem[], asked: Asked): Promise<ItemList> {
    const own = done.map(({ itemId }) => itemId);
    return this.#everybodys(asked, [this.#sources.basket(done), ...this.#general], own);
  }

  /** What is most like the item, then what is trending, then what is popular. Throws `UnknownItem`. */
  async similar(itemId: string, asked: Asked): Promise<ItemList> {
    const { stored, vectors } = this.#parts;
    await vectors.refresh();
    const isKnown = vectors.has(itemId) || (await stored.item(itemId)) !== undefined;
    if (!isKnown) throw new UnknownItem();
    const list = await this.#everybodys(asked, [this.#sources.like(itemId), ...this.#general], [itemId]);
    if (list.reason !== 'similar') return list;
    return { ...list, likeness: vectors.eventsOf(itemId) === 0 ? 'description' : 'events' };
  }

  /** The most rated of the newest hour, then of the newest day, then what is popular. */
  trending(asked: Asked): Promise<ItemList> {
    return this.#everybodys(asked, this.#general);
  }

  /** The most popular items of the current model, then those of most events. */
  async popular(asked: Asked): Promise<ItemList> {
    const { popular, known } = this.#sources;
    return this.#everybodys(asked, [popular, known]);
  }

  get #general(): readonly Opening[] {
    const { trending, popular, known } = this.#sources;
    return [trending('hourly'), trending('daily'), popular, known];
  }

  async #everybodys({ n, rules }: Asked, sources: readonly Opening[], exclude: readonly string[] = []) {
    const picker = new Picker<Chosen>(n, rules);
    picker.exclude(exclude);
    const head = await this.#filled(picker, sources, await this.#parts.lookup.current());
    return this.#listOf(head, picker.picked.map(certain), '');
  }

  /** Fills the picker from one source after the other; answers the first that brought something. */
  async #filled(
    picker: Picker<Chosen>,
    sources: readonly Opening[],
    known: HeldItems | undefined,
    first?: Source,
  ): Promise<Source | undefined> {
    let head = first;
    for (const open of sources) {
      if (picker.missing <= 0) break;
      const before = picker.missing;
      const source = await open(picker);
      if (source === undefined) continue;
      await this.#take(picker, source, known);
      if (picker.missing < before) head ??= source;
    }
    return head;
  }

  async #take(picker: Picker<Chosen>, { items }: Source, known: HeldItems | undefined): Promise<void> {
    for await (const candidate of items) {
      if (picker.missing <= 0) return;
      const held = known === undefined ? 'broken' : known.held(candidate.itemId);
      // One by one until all of them are in memory; and where the document cannot be read, as its reader is told.
      const item = held === 'broken' ? await this.#parts.stored.item(candidate.itemId) : held;
      picker.offer({ ...candidate, item }, item);
    }
  }

  /** What of all that the user has done stays out of the list, and whether that is all there is to name. */
  async #staysOut(user: string, exclude: Exclude): Promise<{ items: readonly string[]; isComplete: boolean }> {
    if (exclude === 'none') return { items: [], isComplete: true };
    const { stored, seen } = this.#parts;
    const { items, isComplete } = await stored.historyOf(user);
    const out: readonly string[] = exclude === 'bought' ? [...seen, 'order'] : seen;
    return {
      items: items.flatMap(({ itemId, done }) => (done.some(({ kind }) => out.includes(kind)) ? [itemId] : [])),
      isComplete,
    };
  }

  /** Items of few events that the catalogue describes and the rules allow beside all that was picked. */
  async #fresh(picker: Picker<Chosen>): Promise<Chosen[]> {
    const { vectors, exploration } = this.#parts;
    const fresh: Chosen[] = [];
    for (const [itemId, item] of (await this.#sources.catalogue()) ?? []) {
      const score = vectors.eventsOf(itemId);
      if (score >= exploration.newBelow) continue;
      if (picker.accepts(itemId, item, exploration.slots)) fresh.push({ itemId, score, reason: 'personal', item });
    }
    return fresh;
  }

  #listOf(head: Source | undefined, placed: readonly Placed<Chosen>[], user: string): ItemList {
    const { reason, policy, model, time } = head ?? nothing;
    const items = placed.map(asListed);
    const { generation, number } = model ?? { generation: 0, number: 0 };
    const propensities = items.map(({ propensity }) => propensity);
    const content = { user, items: items.map(({ itemId }) => itemId) };
    return {
      items,
      reason,
      policy,
      listId: this.#parts.listIds.idOf({ policy, generation, number, propensities }, content),
      modelVersion: model === undefined ? null : `${generation}.${number}`,
      generatedAt: time === undefined ? null : new Date(time).toISOString(),
      ageMs: time === undefined ? null : this.#ageAt(time),
      likeness: null,
    };
  }

  #ageAt(time: Millis): Millis {
    return Math.max(0, this.#parts.clock.now() - time);
  }
}

const certain = <T>(item: T): Placed<T> => ({ item, explored: false, propensity: 1 });

const nothing: Source = { reason: 'popular', policy: 'popular', model: undefined, time: undefined, items: [] };

/** An item that the catalogue does not know goes by its id: ratings may come before the catalogue. */
const asListed = ({ item: chosen, explored: isExplored, propensity }: Placed<Chosen>): ListedItem => ({
  itemId: chosen.itemId,
  title: chosen.item?.title ?? chosen.itemId,
  genres: chosen.item?.genres ?? [],
  score: chosen.score,
  reason: isExplored ? 'new' : chosen.reason,
  explored: isExplored,
  propensity,
});
