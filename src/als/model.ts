import { history, popular, scoreOf, seen, similar, topN, vectorsOf } from './answers.ts';
import type { Description } from './groups.ts';
import type { Interaction } from './interaction.ts';
import { isNews, judge } from './judge.ts';
import { learn, noteOnly } from './learn.ts';
import { partsHash } from './model-hash.ts';
import { starsOf } from './prequential.ts';
import { adoptingParts, type Numbered } from './adopt-parts.ts';
import { alias, forget } from './forget.ts';
import { describe } from './describe.ts';
import { freezeParts } from './freeze-parts.ts';
import type { Generation, TrainingInput } from './generation.ts';
import type { Kernel } from './kernel/kernel.ts';
import { openKernel } from './kernel/open.ts';
import { lossOf } from './live-loss.ts';
import { judgedTogether, sumOf, together, workByPart } from './learn-parts.ts';
import {
  dirtyPartRows,
  everyPartRow,
  finishParts,
  greatestNumber,
  partsBefore,
  reconfiguredParts,
  restorePartRow,
} from './part-rows.ts';
import { onePart, partLike, type PartOf, Parts } from './parts.ts';
import { clean, markVectors } from './rows.ts';
import { modelSettings, type ModelSettings } from './settings.ts';
import { starUnit } from './side.ts';
import { ModelState } from './state.ts';
import type { TopNOptions } from './top-n.ts';
import { trainGeneration } from './train-generation.ts';
import { atOneGo, filling, type Rows, vectorRows } from './twin.ts';
import { why, type Why } from './why.ts';
import type { Done, Learnt, ModelVersion, Prequential, RowValue, Scored, Vectors } from './types.ts';

export interface ModelOptions {
  /** The caller's to dispose; it may serve other models too. The model's own where absent. */
  readonly kernel?: Kernel;
  /** What is learnt apart; nothing where absent. */
  readonly partOf?: PartOf;
}

/**
 * Both models over one set of histories: implicit-feedback ALS for lists, explicit ALS with biases for stars. A pure
 * function of its settings, its cuts and when it was trained; the vectors are the same to the last bit on any machine.
 * Of several parts each is such a model by itself, to the last bit: they have the settings and the generation in common.
 */
export class Model implements Disposable {
  #configured: ModelSettings;
  readonly #kernel: Kernel;
  readonly #ownKernel: boolean;
  #parts: Parts;
  /** Counts cuts with any news, whatever part they were of. */
  #number = 0;
  /** Of the checkpoint that is being restored. */
  #restored: number | undefined;

  /** Settings that are not given have the documented defaults. @throws {InvalidSettings} */
  constructor(settings: Partial<ModelSettings> = {}, { kernel, partOf = onePart }: ModelOptions = {}) {
    this.#configured = modelSettings(settings);
    this.#ownKernel = kernel === undefined;
    this.#kernel = kernel ?? openKernel();
    this.#parts = new Parts(partOf, new ModelState(this.#configured, this.#kernel));
  }

  /** Those of the live generation: what its vectors were made with, and from the configuration how it is kept up. */
  get settings(): ModelSettings {
    return this.#parts.first.settings;
  }

  /** What the next generation is trained with. */
  get configured(): ModelSettings {
    return this.#configured;
  }

  get version(): ModelVersion {
    return { generation: this.#parts.first.generation, number: this.#number };
  }

  /** Names of the parts of which anything is known, ascending; '' is always one. */
  get parts(): readonly string[] {
    return this.#parts.known.map(([part]) => part);
  }

  /** The number of a part's own version: it grows by one with each cut that held news of the part, and starts with the generation. */
  numberOf(part: string): number {
    return this.#parts.named(part)?.number ?? 0;
  }

  /** Of each part by its name; undefined where there is one part only, whose number is that of the version. */
  get partNumbers(): Readonly<Record<string, number>> | undefined {
    return this.#parts.ownNumbers;
  }

  get counts(): { readonly users: number; readonly items: number; readonly ratings: number } {
    return this.#parts.counts;
  }

  /** Mean of all current ratings of a part, in stars; 0 without ratings. */
  meanOf(part: string): number {
    return (this.#parts.named(part)?.pairs.meanStars ?? 0) / starUnit;
  }

  /** Of the first part, which is the only one where nothing is learnt apart. */
  get mean(): number {
    return this.meanOf('');
  }

  /**
   * Learns one cut: in any order, with duplicates. Its number grows by one if there was any news.
   * @throws {InvalidInteraction} before anything is learnt
   * @throws {BoundExceeded} with the cut half learnt: undo it
   */
  learn(events: readonly Interaction[]): Learnt {
    return this.#counted(() => workByPart(this.#parts, events, this.#part, learn));
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
    return this.#parts.first.base;
  }

  /** A training begins: rows that are touched from now on will be solved anew when it is adopted. Answers its base. */
  beginBase(): number {
    this.#parts.beginBase();
    return this.base;
  }

  /**
   * Copies all that `trainGeneration` needs, in arrays that can be sent to another thread. The settings are those
   * configured, but with an exponent less than the live generation's on a side whose factors have met the end of its grid.
   */
  freeze(settings: Partial<ModelSettings> = {}): TrainingInput {
    return freezeParts(this.#parts, this.#configured, settings);
  }

  /**
   * Puts a generation in place of the live one, under this number; the settings of its vectors become the model's.
   * Its numbers go on from `number`, 0 unless given, and those of its parts from `partNumbers`. Rows touched since its base, and those it knows nothing of, are solved anew, items before users. @throws {UnusableModelState} before anything changes
   */
  adopt(generation: Generation, as: Numbered): Learnt {
    return atOneGo(this.adopting(generation, as));
  }

  /**
   * `adopt` in slices of a few milliseconds, between which others may have their turn and read the model, which becomes
   * another only with the last one: learn nothing in between. Left early (`return`), it changes nothing.
   */
  *adopting(generation: Generation, as: Numbered): Generator<undefined, Learnt> {
    const [replaced, number, base] = [this.#parts, this.#number, this.base];
    const isLive = (): boolean => this.#parts === replaced && this.#number === number && this.base === base;
    const { parts, learnt } = yield* adoptingParts(replaced, generation, as, isLive);
    this.#parts = parts;
    this.#number = as.number ?? 0;
    replaced[Symbol.dispose]();
    return { ...together(learnt), version: this.version };
  }

  /** Takes the facts of a cut in without solving a row: for a training that follows at once. As `learn` else. */
  note(events: readonly Interaction[]): Learnt {
    return this.#counted(() => workByPart(this.#parts, events, this.#part, noteOnly));
  }

  /** Errors of the estimates of those ratings among the events that are news, by the model as it stands: nothing is learnt. */
  judge(events: readonly Interaction[]): Prequential {
    return judgedTogether(workByPart(this.#parts, events, this.#part, judge));
  }

  /** Whether the event would be learnt: a repetition is not, nor what is older than is known of its user, item and kind. */
  isNews(event: Interaction): boolean {
    const state = this.#parts.find(event.userId);
    return state === undefined || isNews(state, event);
  }

  /**
   * Another configuration, for the next generation and for how the live one is kept up; for all of a model that has learnt
   * nothing yet. Rebuilds the model, which has to be clean.
   */
  configure(settings: Partial<ModelSettings>): void {
    this.#configured = modelSettings(settings);
    this.#parts = reconfiguredParts(this.#parts, this.#configured);
  }

  /**
   * Says which groups items belong to, such as 'genre:Drama' or 'tag:noir': an item without events stands at the mean of
   * those it shares groups with, until events come. Like a cut, if it moves a vector.
   */
  describe(descriptions: Iterable<Description>): Learnt {
    const own = Map.groupBy(descriptions, ({ itemId }) => this.#parts.partOf(itemId));
    return this.#counted(() => [...own].map(([part, told]) => describe(this.#part(part), told)));
  }

  /** Merges a session into a user: what it did is the user's, and it is forgotten. Like a cut, if it was known. */
  alias(sessionId: string, userId: string): Learnt {
    return this.#counted(() => [alias(this.#part(this.#parts.partOf(userId)), sessionId, userId)]);
  }

  /**
   * Forgets users as if they had never been there, and solves the items they had to do with. All other vectors have
   * learnt from them too: a generation has to follow.
   */
  forget(userIds: Iterable<string>): Learnt {
    const own = Map.groupBy(userIds, id => this.#parts.partOf(id));
    return this.#counted(() => [...own].map(([part, ids]) => forget(this.#part(part), ids)));
  }

  /** Forgets users, and starts a generation, since every vector has learnt from them. */
  erase(userIds: Iterable<string>, sweeps: number = this.#configured.sweeps): Learnt {
    const forgotten = this.forget(userIds);
    const trained = this.train(sweeps);
    return { ...trained, saturations: forgotten.saturations + trained.saturations };
  }

  /** The implicit loss of the vectors as they are: what a training makes small. */
  objective(): number {
    return sumOf([...this.#parts.states], state => lossOf(state, this.#kernel));
  }

  /** All users and all items, in no order. */
  get ids(): { readonly users: readonly string[]; readonly items: readonly string[] } {
    return this.#parts.ids;
  }

  user(id: string): Vectors | undefined {
    const state = this.#parts.find(id);
    return state && vectorsOf(state.users, id);
  }

  item(id: string): Vectors | undefined {
    const state = this.#parts.find(id);
    return state && vectorsOf(state.items, id);
  }

  /** Estimated preference, about 0 to 1; undefined if either is unknown. */
  score(userId: string, itemId: string): number | undefined {
    const known = this.#rowsOf(userId, itemId);
    return known && scoreOf(known.state, known.user, known.item);
  }

  /** What each of a user's own events adds to the score of an item; undefined if either is unknown. */
  why(userId: string, itemId: string): Why | undefined {
    const known = this.#rowsOf(userId, itemId);
    return known && why(known.state, known.user, known.item);
  }

  /** Estimated stars, on the scale; of an unknown user or item what the other alone says. */
  stars(userId: string, itemId: string): number {
    const state = this.#parts.find(userId) ?? this.#parts.first;
    return starsOf(state, [state.users.ids.rowOf(userId), state.items.ids.rowOf(itemId)]);
  }

  /** The n best items that the user has not seen, best first, ties by id; undefined if the user is unknown. */
  topN(userId: string, options: TopNOptions): Scored[] | undefined {
    const state = this.#parts.find(userId);
    return state && topN(state, userId, options);
  }

  /** The n items whose vectors point the most alike, by cosine; undefined if the item is unknown. */
  similar(itemId: string, n: number): Scored[] | undefined {
    const state = this.#parts.find(itemId);
    return state && similar(state, itemId, n);
  }

  /** The n items of a part that the most users like, with how many they are. */
  popular(n: number, part = ''): Scored[] {
    const state = this.#parts.named(part);
    return state === undefined ? [] : popular(state, n);
  }

  /** Items that are not to be recommended to this user again, by the policy of the settings, sorted. */
  seen(userId: string): string[] {
    const state = this.#parts.find(userId);
    return state === undefined ? [] : seen(state, userId);
  }

  /** All that is known of what a user did: of each item and kind the newest event. */
  history(userId: string): Done[] {
    const state = this.#parts.find(userId);
    return state === undefined ? [] : history(state, userId);
  }

  /** SHA-256 over generation, number and the vectors sorted by id, in hexadecimal. */
  hash(): string {
    return partsHash(this.#parts, this.version);
  }

  /** Checkpoint rows that changed since `clean`; null removes the row. */
  dirty(): Iterable<readonly [key: string, value: RowValue | null]> {
    return dirtyPartRows(this.#parts, this.#number);
  }

  /** The checkpoint holds what `dirty` told. */
  clean(): void {
    for (const state of this.#parts.states) clean(state);
  }

  /** Takes a row of a checkpoint into a new model; keys in any order. @throws {UnusableModelState} */
  restoreRow(key: string, value: RowValue): void {
    const make = (): ModelState => new ModelState(this.#configured, this.#kernel);
    this.#restored = restorePartRow(this.#parts, { key, value }, make) ?? this.#restored;
  }

  /** All rows are in: derives the rest. The model is then, to the bit, the one that wrote them. */
  finishRestore(): void {
    finishParts(this.#parts);
    this.#number = this.#restored ?? greatestNumber(this.#parts);
    this.#restored = undefined;
  }

  /** Back to the last `clean`, whose rows `read` answers. Rebuilds the model: a failure is rare, a copy would not be. */
  undo(read: (key: string) => RowValue | undefined): void {
    const undone = this.#parts;
    ({ parts: this.#parts, number: this.#number } = partsBefore(undone, read));
    undone[Symbol.dispose]();
  }

  /** Checkpoint rows of all that it is; each is written when it is asked for. */
  rows(): Iterable<{ readonly key: string; readonly write: () => RowValue }> {
    return everyPartRow(this.#parts, this.#number);
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
    return filling(new Model(this.#configured, { kernel: this.#kernel, partOf: this.#parts.partOf }), this, vectors);
  }

  /**
   * Each becomes what the other was, to the bit: for a twin that has learnt the same since. All vectors of this one are
   * dirty then, since its checkpoint holds the other's. @throws {RangeError} for models of two kernels
   */
  exchange(twin: Model): void {
    if (twin.#kernel !== this.#kernel) throw new RangeError('Only twins can be exchanged: they share a kernel');
    [this.#parts, twin.#parts] = [twin.#parts, this.#parts];
    [this.#number, twin.#number] = [twin.#number, this.#number];
    for (const state of this.#parts.states) markVectors(state);
  }

  /** The next version, although nothing was learnt. */
  raise(): void {
    this.#number++;
    this.#parts.raise();
  }

  /** Gives its part of the kernel's memory back, and the kernel too if it is the model's own. */
  [Symbol.dispose](): void {
    if (this.#ownKernel) this.#kernel[Symbol.dispose]();
    else this.#parts[Symbol.dispose]();
  }

  /** Made where there is none: of the generation that is live. */
  readonly #part = (part: string): ModelState =>
    this.#parts.take(part, () => {
      const { first } = this.#parts;
      return partLike(first, new ModelState(this.#configured, this.#kernel, first.settings));
    });

  #rowsOf(userId: string, itemId: string) {
    const state = this.#parts.find(userId);
    const [user, item] = [state?.users.ids.rowOf(userId), state?.items.ids.rowOf(itemId)];
    return state === undefined || user === undefined || item === undefined ? undefined : { state, user, item };
  }

  /** What parts learn is one cut of the model. */
  #counted(work: () => readonly Learnt[]): Learnt {
    const before = this.#parts.numbers;
    const learnt = together(work());
    if (this.#parts.numbers !== before) this.#number++;
    return { ...learnt, version: this.version };
  }
}
