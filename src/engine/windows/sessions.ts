/**
 * Session windows: a value founds a session from its time until `gap` later, and sessions that overlap become one.
 * What comes out of order may extend a session to the left, or join two.
 */
import { byEndAndKey, type OpenSession, OpenSessions, type Told } from './open-sessions.ts';
import type { Millis, Session } from './spec.ts';
import {
  type Emit,
  type Entry,
  type Fold,
  idOf,
  type Moment,
  parseId,
  requireInstant,
  type StoreOptions,
  type WindowStore,
} from './store.ts';
import { Updates, updatesId } from './updates.ts';

export class Sessions<T, A> implements WindowStore<T, A> {
  readonly #open = new OpenSessions<A>();
  readonly #windows: Session;
  readonly #fold: Fold<T, A>;
  readonly #onUpdate: boolean;
  readonly #updates: Updates;
  /** Sessions of the current round; undefined when they have to be found again. */
  #dirty: OpenSession<A>[] | undefined = [];

  constructor(windows: Session, options: StoreOptions<T, A>) {
    const { fold, emit } = options;
    this.#windows = windows;
    this.#fold = fold;
    this.#onUpdate = emit === 'update';
    this.#updates = new Updates(options);
  }

  get nextClose(): Millis {
    const first = this.#open.firstToEnd;
    return first === undefined ? Infinity : first.end + this.#windows.grace;
  }

  get hold(): Millis {
    return this.#open.firstToStart?.start ?? Infinity;
  }

  get due(): Millis {
    return this.#dirtySessions().length === 0 ? Infinity : this.#updates.next;
  }

  add(key: string, value: T, at: Moment, watermark: Millis): boolean {
    requireInstant(at.time);
    const session = this.#sessionAt(key, at.time + 0, watermark); // never -0
    if (session === undefined) return false;
    this.#open.touch(session);
    if (session.round !== this.#updates.round) this.#soil(session);
    session.value = this.#fold.add(session.value, value);
    session.origin = at.origin;
    session.trace = at.trace;
    return true;
  }

  close(watermark: Millis, emit: Emit<A>): void {
    for (const session of this.#open.endedBy(watermark - this.#windows.grace)) {
      if (!this.#onUpdate || this.#isDirty(session)) this.#emit(session, emit);
      this.#open.drop(session);
    }
    this.#dirty = this.#dirty?.filter(({ dropped }) => !dropped);
  }

  update(_watermark: Millis, clock: Millis, emit: Emit<A>): void {
    if (this.due > clock) return;
    const open = this.#dirtySessions().filter(({ dropped }) => !dropped);
    for (const session of open.sort(byEndAndKey)) this.#emit(session, emit);
    this.#dirty = [];
    this.#updates.emitted(clock);
  }

  *changes(): Iterable<readonly [id: string, entry: Entry<A> | null]> {
    for (const session of this.#open.changed()) {
      yield [idOf(session.start, session.key), session.dropped ? null : this.#entryOf(session)];
    }
    const { change } = this.#updates;
    if (change !== undefined) yield [updatesId, { header: change }];
  }

  committed(): void {
    this.#open.committed();
    this.#updates.committed();
  }

  undo(read: (id: string) => Entry<A> | undefined): void {
    this.#updates.undo();
    const changed = this.#open.changed();
    for (const session of changed) this.#open.remove(session);
    for (const { key, start } of changed) {
      const entry = read(idOf(start, key));
      if (entry !== undefined) this.#insert(key, start, entry);
    }
    this.#open.committed();
    this.#dirty = undefined;
  }

  restore(id: string, entry: Entry<A>): void {
    this.#dirty = undefined;
    if (id === updatesId) return this.#updates.restore(entry.header);
    const { start, key } = parseId(id);
    this.#insert(key, start, entry);
  }

  /** The session that takes a value of this time, made or joined where there is none yet; undefined if it is late. */
  #sessionAt(key: string, time: Millis, watermark: Millis): OpenSession<A> | undefined {
    const end = time + this.#windows.gap;
    const overlapping = this.#open.of(key).filter(session => session.start < end && time < session.end);
    const [first, ...others] = overlapping;
    // What falls into an open session is never late; what would only found one, or let it begin earlier, can be.
    if (!(first !== undefined && first.start <= time) && end + this.#windows.grace <= watermark) return undefined;
    if (first === undefined) return this.#open.add(key, time, end, this.#fold.initial());
    const session = first.start <= time ? first : this.#beginEarlier(first, time);
    for (const other of others) this.#takeIn(session, other);
    session.end = Math.max(session.end, end);
    return session;
  }

  #beginEarlier(session: OpenSession<A>, start: Millis): OpenSession<A> {
    const { key, end, value, told } = session;
    this.#open.drop(session);
    const earlier = this.#open.add(key, start, end, value);
    earlier.told = told;
    return earlier;
  }

  #takeIn(session: OpenSession<A>, later: OpenSession<A>): void {
    this.#open.touch(session);
    this.#open.drop(later);
    session.value = this.#fold.merge(session.value, later.value);
    session.end = Math.max(session.end, later.end);
    session.told = [...session.told, ...later.told];
  }

  #soil(session: OpenSession<A>): void {
    const dirty = this.#dirtySessions();
    session.round = this.#updates.round;
    if (this.#onUpdate) dirty.push(session);
  }

  #isDirty(session: OpenSession<A>): boolean {
    return this.#onUpdate && session.round === this.#updates.round;
  }

  #dirtySessions(): OpenSession<A>[] {
    this.#dirty ??= [...this.#open.all()].filter(session => this.#isDirty(session));
    return this.#dirty;
  }

  /** First what is no more, then what is. */
  #emit(session: OpenSession<A>, emit: Emit<A>): void {
    const { key, start, end } = session;
    const newest = this.#onUpdate ? session : undefined;
    for (const [toldStart, toldEnd] of session.told) {
      if (toldStart === start) continue;
      emit({ key, start: toldStart, end: toldEnd, value: this.#fold.initial(), retracted: true }, newest);
    }
    const value = this.#fold.merge(this.#fold.initial(), session.value);
    emit({ key, start, end, value, retracted: false }, newest);
    if (!this.#onUpdate) return;
    session.told = [[start, end]];
    this.#open.touch(session);
  }

  #insert(key: string, start: Millis, { header, value }: Entry<A>): void {
    const { end, told, withheld } = parseHeader(header);
    const session = this.#open.add(key, start, end, value ?? this.#fold.initial());
    session.told = told;
    if (withheld === undefined) return;
    [session.round, session.origin, session.trace] = withheld;
  }

  #entryOf(session: OpenSession<A>): Entry<A> {
    const { end, told, round, origin, trace, value } = session;
    const header = this.#isDirty(session) ? { end, told, withheld: [round, origin, trace] } : { end, told };
    return { header: JSON.stringify(header), value };
  }
}

interface Header {
  readonly end: Millis;
  readonly told: readonly Told[];
  /** What was withheld from an update has to be told later, also after a restart. */
  readonly withheld?: [round: number, origin: Millis, trace: string];
}

// oxlint-disable-next-line typescript/consistent-type-assertions -- the header's edge: a checkpoint of another identity is refused
const parseHeader = (header: string): Header => JSON.parse(header) as Header;
