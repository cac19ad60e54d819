import { history, popular, popularBy, seen, similar, topN, vectorsOf } from './answers.ts';
import type { Description } from './groups.ts';
import type { Interaction } from './interaction.ts';
import { isNews, judge } from './judge.ts';
import { learn, noteOnly } from './learn.ts';
import { modelHash } from './model-hash.ts';
import { starsOf } from './prequential.ts';
import { adopting, type Numbered } from './adopt.ts';
import { alias, forget } from './forget.ts';
import { describe } from './describe.ts';
import { freeze } from './freeze.ts';
import type { Generation, TrainingInput } from './generation.ts';
import type { Kernel } from './kernel/kernel.ts';
import { openKernel } from './kernel/open.ts';
import { implicitLoss } from './loss.ts';
import { before, clean, dirtyRows, everyRow, finishRestore, markVectors, reconfigured, restoreRow } from './rows.ts';
import { modelSettings, type ModelSettings } from './settings.ts';
import { starUnit, type Side } from './side.ts';
import { ModelState } from './state.ts';
import { dot, type TopNOptions } from './top-n.ts';
import { trainGeneration } from './train-generation.ts';
import { atOneGo, filling, type Rows, vectorRows } from './twin.ts';
import { why, type Why } from './why.ts';
import type { Done, Learnt, ModelVersion, Prequential, RowValue, Scored, Vectors } from './types.ts';

/**
 * Both models over one set of histories: implicit-feedback ALS for lists, explicit ALS with biases for stars. A pure
 * function of its settings, its cuts and when it was trained; the vectors are the same to the last bit on any machine.
 */
export class Model implements Disposable {
  #configured: ModelSettings;
  readonly #kernel: Kernel;
  readonly #ownKernel: boolean;
  #state: ModelState;

  /**
   * Settings that are not given have the documented defaults. A kernel that is given is the caller's to dispose, and may
   * serve other models too. @throws {InvalidSettings}
   */
  constructor(settings: Partial<ModelSettings> = {}, { kernel }: { readonly kernel?: Kernel } = {}) {
    this.#configured = modelSettings(settings);
    this.#ownKernel = kernel === undefined;
    this.#kernel = kernel ?? openKernel();
    this.#state = new ModelState(this.#configured, this.#kernel);
  }

  /** Those of the live generation: what its vectors were made with, and from the configuration how it is kept up. */
  get settings(): ModelSettings {
    return this.#state.settings;
  }

  /** What the next generation is trained with. */
  get configured(): ModelSettings {
    return this.#configured;
  }

  get version(): ModelVersion {
    return { generation: this.#state.generation, number: this.#state.number };
  }

  get counts(): { readonly users: number; readonly items: number; readonly ratings: number } {
    const { users, items, pairs } = this.#state;
    return { users: users.size, items: items.size, ratings: pairs.ratings };
  }

  /** Mean of all current ratings, in stars; 0 without ratings. */
  get mean(): number {
    return this.#state.pairs.meanStars / starUnit;
  }

  /**
   * Learns one cut: in any order, with duplicates. Its number grows by one if there was any news.
   * @throws {InvalidInteraction} before anything is learnt
   * @throws {BoundExceeded} with the cut half learnt: undo it
   */
  learn(events: readonly Interaction[]): Learnt {
    return learn(this.#state, events);
  }

  /** Starts a generation: retrains all vectors from the histories, and adopts them at once. @throws {BoundExceeded} */
  train(sweeps: number = this.#configured.sweeps): Learnt {
    if (!Number.isInteger(sweeps) || sweeps < 1) throw new RangeError(`A generation cannot have ${sweeps} sweeps`);
    this.beginBase();
    const generation = trainGeneration(this.freeze(), { kernel: this.#kernel, settings: { sweeps } });
    return this.adopt(generation, { generation: this.version.generation + 1 });
  }

  /** How often a training was begun: a generation of this base or less is behind every row touched since. */
  get base(): number {
    return this.#state.base;
  }

  /** A training begins: rows that are touched from now on will be solved anew when it is adopted. Answers its base. */
  beginBase(): number {
    this.#state.versionDirty = true;
    return ++this.#state.base;
  }

  /**
   * Copies all that `trainGeneration` needs, in arrays that can be sent to another thread. The settings are those
   * configured, but with an exponent less than the live generation's on a side whose factors have met the end of its grid.
   */
  freeze(settings: Partial<ModelSettings> = {}): TrainingInput {
    const { saturated, settings: live } = this.#state;
    const { gridExponent } = this.#configured;
    const exponent = (side: 'users' | 'items'): number =>
      saturated[side] === 0
        ? gridExponent[side]
        : Math.min(gridExponent[side], Math.max(4, live.gridExponent[side] - 1));
    const coarser = { users: exponent('users'), items: exponent('items') };
    return freeze(this.#state, modelSettings({ ...this.#configured, gridExponent: coarser, ...settings }));
  }

  /**
   * Puts a generation in place of the live one, under this number; the settings of its vectors become the model's.
   * Its numbers go on from `number`, 0 unless given. Rows touched since its base, and those it knows nothing of, are solved anew, items before users. @throws {UnusableModelState} before anything changes
   */
  adopt(generation: Generation, as: Numbered): Learnt {
    return atOneGo(this.adopting(generation, as));
  }

  /**
   * `adopt` in slices of a few milliseconds, between which others may have their turn and read the model, which becomes
   * another only with the last one: learn nothing in between. Left early (`return`), it changes nothing.
   */
  *adopting(generation: Generation, as: Numbered): Generator<undefined, Learnt> {
    const replaced = this.#state;
    const { state, learnt } = yield* adopting(replaced, generation, as, () => this.#state === replaced);
    this.#state = state;
    replaced[Symbol.dispose]();
    return learnt;
  }

  /** Takes the facts of a cut in without solving a row: for a training that follows at once. As `learn` else. */
  note(events: readonly Interaction[]): Learnt {
    return noteOnly(this.#state, events);
  }

  /** Errors of the estimates of those ratings among the events that are news, by the model as it stands: nothing is learnt. */
  judge(events: readonly Interaction[]): Prequential {
    return judge(this.#state, events);
  }

  /** Whether the event would be learnt: a repetition is not, nor what is older than is known of its user, item and kind. */
  isNews(event: Interaction): boolean {
    return isNews(this.#state, event);
  }

  /**
   * Another configuration, for the next generation and for how the live one is kept up; for all of a model that has learnt
   * nothing yet. Rebuilds the model, which has to be clean.
   */
  configure(settings: Partial<ModelSettings>): void {
    this.#configured = modelSettings(settings);
    this.#state = reconfigured(this.#state, this.#configured);
  }

  /**
   * Says which groups items belong to, such as 'genre:Drama' or 'tag:noir': an item without events stands at the mean of
   * those it shares groups with, until events come. Like a cut, if it moves a vector.
   */
  describe(descriptions: Iterable<Description>): Learnt {
    return describe(this.#state, descriptions);
  }

  /** Merges a session into a user: what it did is the user's, and it is forgotten. Like a cut, if it was known. */
  alias(sessionId: string, userId: string): Learnt {
    return alias(this.#state, sessionId, userId);
  }

  /**
   * Forgets users as if they had never been there, and solves the items they had to do with. All other vectors have
   * learnt from them too: a generation has to follow.
   */
  forget(userIds: Iterable<string>): Learnt {
    return forget(this.#state, userIds);
  }

  /** Forgets users, and starts a generation, since every vector has learnt from them. */
  erase(userIds: Iterable<string>, sweeps: number = this.#configured.sweeps): Learnt {
    const forgotten = this.forget(userIds);
    const trained = this.train(sweeps);
    return { ...trained, saturations: forgotten.saturations + trained.saturations };
  }

  /** The implicit loss of the vectors as they are: what a training makes small. */
  objective(): number {
    const { users, items, pairs, settings } = this.#state;
    const lossOf = (side: Side) => ({
      vectors: side.vectors,
      unit: side.unit,
      rows: side.ids.rows(),
      size: side.size,
      eventsOf: (row: number) => side.events.get(row),
    });
    return implicitLoss(this.#kernel, settings, { users: lossOf(users), items: lossOf(items) }, visit => {
      for (let pair = 0; pair < pairs.size; pair++) {
        const weight = pairs.weightOf(pair);
        if (weight > 0) visit(pairs.userOf(pair), pairs.itemOf(pair), weight, pairs.preferenceOf(pair));
      }
    });
  }

  /** All users and all items, in no order. */
  get ids(): { readonly users: readonly string[]; readonly items: readonly string[] } {
    const { users, items } = this.#state;
    const idsOf = (side: Side): string[] => [...side.ids.rows()].map(row => side.idOf(row));
    return { users: idsOf(users), items: idsOf(items) };
  }

  user(id: string): Vectors | undefined {
    return vectorsOf(this.#state.users, id);
  }

  item(id: string): Vectors | undefined {
    return vectorsOf(this.#state.items, id);
  }

  /** Estimated preference, about 0 to 1; undefined if either is unknown. */
  score(userId: string, itemId: string): number | undefined {
    const { users, items } = this.#state;
    const [user, item] = [users.ids.rowOf(userId), items.ids.rowOf(itemId)];
    if (user === undefined || item === undefined) return undefined;
    return dot(users.vectors.row(user), items.vectors.row(item)) / (users.unit * items.unit);
  }

  /** What each of a user's own events adds to the score of an item; undefined if either is unknown. */
  why(userId: string, itemId: string): Why | undefined {
    const { users, items } = this.#state;
    const [user, item] = [users.ids.rowOf(userId), items.ids.rowOf(itemId)];
    return user === undefined || item === undefined ? undefined : why(this.#state, user, item);
  }

  /** Estimated stars, on the scale; of an unknown user or item what the other alone says. */
  stars(userId: string, itemId: string): number {
    const { users, items } = this.#state;
    return starsOf(this.#state, [users.ids.rowOf(userId), items.ids.rowOf(itemId)]);
  }

  /** The n best items that the user has not seen, best first, ties by id; undefined if the user is unknown. */
  topN(userId: string, options: TopNOptions): Scored[] | undefined {
    return topN(this.#state, userId, options);
  }

  /** The n items whose vectors point the most alike, by cosine; undefined if the item is unknown. */
  similar(itemId: string, n: number): Scored[] | undefined {
    return similar(this.#state, itemId, n);
  }

  /** The n items that the most users like, with how many they are. */
  popular(n: number): Scored[] {
    return popular(this.#state, n);
  }

  /** As `popular`, of each group of items its own n. */
  popularBy(groupOf: (itemId: string) => string, n: number): Map<string, Scored[]> {
    return popularBy(this.#state, groupOf, n);
  }

  /** Items that are not to be recommended to this user again, by the policy of the settings, sorted. */
  seen(userId: string): string[] {
    return seen(this.#state, userId);
  }

  /** All that is known of what a user did: of each item and kind the newest event. */
  history(userId: string): Done[] {
    return history(this.#state, userId);
  }

  /** SHA-256 over generation, number and the vectors sorted by id, in hexadecimal. */
  hash(): string {
    return modelHash(this.#state);
  }

  /** Checkpoint rows that changed since `clean`; null removes the row. */
  dirty(): Iterable<readonly [key: string, value: RowValue | null]> {
    return dirtyRows(this.#state);
  }

  /** The checkpoint holds what `dirty` told. */
  clean(): void {
    clean(this.#state);
  }

  /** Takes a row of a checkpoint into a new model; keys in any order. @throws {UnusableModelState} */
  restoreRow(key: string, value: RowValue): void {
    restoreRow(this.#state, key, value);
  }

  /** All rows are in: derives the rest. The model is then, to the bit, the one that wrote them. */
  finishRestore(): void {
    finishRestore(this.#state);
  }

  /** Back to the last `clean`, whose rows `read` answers. Rebuilds the model: a failure is rare, a copy would not be. */
  undo(read: (key: string) => RowValue | undefined): void {
    const undone = this.#state;
    this.#state = before(undone, read);
    undone[Symbol.dispose]();
  }

  /** Checkpoint rows of all that it is; each is written when it is asked for. */
  rows(): Iterable<{ readonly key: string; readonly write: () => RowValue }> {
    return everyRow(this.#state);
  }

  /**
   * A second model of the same facts, on the same kernel, which goes its own way from here. Its vectors are mine, or those
   * of the rows that are given: all that `rows` tells of a model of these facts but the facts themselves (`isFactRow`).
   */
  twin(vectors: Rows = vectorRows(this)): Model {
    return atOneGo(this.twinning(vectors));
  }

  /** `twin` in slices, between which others may have their turn and read the model: learn nothing in between. */
  twinning(vectors: Rows = vectorRows(this)): Generator<undefined, Model> {
    return filling(new Model(this.#configured, { kernel: this.#kernel }), this, vectors);
  }

  /**
   * Each becomes what the other was, to the bit: for a twin that has learnt the same since. All vectors of this one are
   * dirty then, since its checkpoint holds the other's. @throws {RangeError} for models of two kernels
   */
  exchange(twin: Model): void {
    if (twin.#kernel !== this.#kernel) throw new RangeError('Only twins can be exchanged: they share a kernel');
    [this.#state, twin.#state] = [twin.#state, this.#state];
    markVectors(this.#state);
  }

  /** The next version, although nothing was learnt. */
  raise(): void {
    this.#state.number++;
    this.#state.versionDirty = true;
  }

  /** Gives its part of the kernel's memory back, and the kernel too if it is the model's own. */
  [Symbol.dispose](): void {
    if (this.#ownKernel) this.#kernel[Symbol.dispose]();
    else this.#state[Symbol.dispose]();
  }
}
