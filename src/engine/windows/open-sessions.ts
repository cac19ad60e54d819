import { Heap } from './heap.ts';
import type { Millis } from './spec.ts';

/** A window as an update has told it. */
export type Told = readonly [start: Millis, end: Millis];

/** Activity of one key. The start is its identity: a session that begins earlier is another one. */
export interface OpenSession<A> {
  readonly key: string;
  readonly start: Millis;
  end: Millis;
  value: A;
  /** What updates have told of it and of the sessions that it has taken in. */
  told: readonly Told[];
  /** Round of updates in which it changed last; -1 if that was before any that counts. */
  round: number;
  /** Of the newest record in it. */
  origin: Millis;
  trace: string;
  /** Changed since the last checkpoint. */
  touched: boolean;
  dropped: boolean;
}

/** Open sessions by key in order of time, and the first of all by end and by start. */
export class OpenSessions<A> {
  readonly #byKey = new Map<string, OpenSession<A>[]>();
  /** A session that has grown or gone since it was put here is found out when its turn comes. */
  readonly #byEnd = new Heap<OpenSession<A>>();
  readonly #byStart = new Heap<OpenSession<A>>();
  #changed: OpenSession<A>[] = [];

  of(key: string): readonly OpenSession<A>[] {
    return this.#byKey.get(key) ?? none;
  }

  *all(): Iterable<OpenSession<A>> {
    for (const sessions of this.#byKey.values()) yield* sessions;
  }

  /** Adds a session that overlaps no other of its key. */
  add(key: string, start: Millis, end: Millis, value: A): OpenSession<A> {
    const session = {
      key,
      start,
      end,
      value,
      told: [],
      round: -1,
      origin: 0,
      trace: '',
      touched: false,
      dropped: false,
    };
    const sessions = this.#byKey.get(key);
    if (sessions === undefined) this.#byKey.set(key, [session]);
    else {
      sessions.push(session);
      sessions.sort((a, b) => a.start - b.start);
    }
    this.#enqueue(session);
    return session;
  }

  touch(session: OpenSession<A>): void {
    if (session.touched) return;
    session.touched = true;
    this.#changed.push(session);
  }

  /** Removes a session; the checkpoint forgets it too. */
  drop(session: OpenSession<A>): void {
    this.remove(session);
    this.touch(session);
  }

  /** Removes a session, if it is still there. */
  remove(session: OpenSession<A>): void {
    if (session.dropped) return;
    session.dropped = true;
    const left = this.of(session.key).filter(other => other !== session);
    if (left.length === 0) this.#byKey.delete(session.key);
    else this.#byKey.set(session.key, left);
  }

  /** The session that ends first. */
  get firstToEnd(): OpenSession<A> | undefined {
    for (;;) {
      const { first } = this.#byEnd;
      if (first === undefined || (!first.item.dropped && first.item.end === first.at)) return first?.item;
      this.#byEnd.pop();
      if (!first.item.dropped) this.#byEnd.push(first.item.end, first.item);
    }
  }

  /** The session that began first. */
  get firstToStart(): OpenSession<A> | undefined {
    while (this.#byStart.first?.item.dropped === true) this.#byStart.pop();
    return this.#byStart.first?.item;
  }

  /** Sessions that end at or before `time`, in order of end and then of key. They remain. */
  endedBy(time: Millis): OpenSession<A>[] {
    const ended: OpenSession<A>[] = [];
    for (let first = this.firstToEnd; first !== undefined && first.end <= time; first = this.firstToEnd) {
      ended.push(first);
      this.#byEnd.pop();
    }
    for (const session of ended) this.#byEnd.push(session.end, session);
    return ended.sort(byEndAndKey);
  }

  /** Sessions that were touched or dropped since the last checkpoint. */
  changed(): readonly OpenSession<A>[] {
    return this.#changed;
  }

  committed(): void {
    for (const session of this.#changed) session.touched = false;
    this.#changed = [];
  }

  #enqueue(session: OpenSession<A>): void {
    this.#byEnd.push(session.end, session);
    this.#byStart.push(session.start, session);
  }
}

const none: readonly never[] = [];

/** Keys in the order of UTF-16 code units. */
export const byEndAndKey = <A>(a: OpenSession<A>, b: OpenSession<A>): number =>
  a.end - b.end || (a.key < b.key ? -1 : Number(a.key > b.key));
