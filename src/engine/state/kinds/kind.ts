import type { Schema } from '../../../stream/schema.ts';
import type { Millis } from '../../../stream/time.ts';
import { BuildError } from '../../errors.ts';
import { refuseUnknown } from '../../options.ts';
import { json, type StateCodec } from '../codec.ts';
import type { Entries } from '../entries.ts';
import { schemaCodec } from '../schema-codec.ts';

/** How long what is kept lives. */
export interface StateOptions {
  /**
   * Event time from the record (or timer) that wrote a value to the instant from which on nobody sees it any more.
   * Absent: until it is removed.
   */
  readonly ttl?: Millis;
  /** What begins that time anew: writing the value, or reading it too. 'write' where absent. */
  readonly refresh?: 'write' | 'read';
}

/** For whom the state is looked at. One for each step, moved from call to call. */
export interface Scope {
  key: string;
  /** The same without the characters that end it where an id goes on. */
  prefix: string;
  /** Event time of the call: from it the time to live of what it writes is counted. */
  time: number;
  /** Event time up to which values are over: that of the call, or of the task where it is ahead. */
  now: number;
}

/** Of entries, what their step has to do with them. */
export type StepEntries = Pick<
  Entries<unknown>,
  'nextSweep' | 'sweep' | 'tidy' | 'changes' | 'committed' | 'undo' | 'restore'
>;

/** What a step gives a state to live in. */
export interface StatePlace {
  readonly scope: Scope;
  readonly entries: <S>(
    codec: StateCodec<S>,
    options: { readonly ttl: Millis; readonly sorted: boolean },
  ) => Entries<S>;
}

/** What a checkpoint holds of one key of a step, and of one of its states. */
export interface StoredKey {
  /** The value itself; undefined where there is none, or where it is over. */
  readonly value: () => unknown;
  /** Under `prefix`, which stands for the key; the first of them. */
  readonly entries: () => readonly (readonly [id: string, value: unknown])[];
}

/** A state in its place: what the callbacks of the step are given, and what the step looks after. */
export interface PlacedState<H> {
  readonly handle: H;
  readonly entries: StepEntries;
}

/** A state as it is declared: see `valueState`, `listState`, `mapState`, `sortedMapState`. */
export interface StateKind<H> {
  /** 'value', 'list', 'map' or 'sorted map', with what else decides how its entries are named. */
  readonly kind: string;
  readonly codec: Pick<StateCodec<unknown>, 'version' | 'learn' | 'decode'>;
  /** Whether event time ends what is kept. */
  readonly timed: boolean;
  place(where: StatePlace): PlacedState<H>;
  /** What a checkpoint holds of a key, for who asks: as plain values. */
  query(stored: StoredKey): unknown;
}

/** A schema or a codec; JSON where absent. */
export type StateOf<S> = Schema<S> | StateCodec<S>;

export const codecOf = <S>(given: StateOf<S> | undefined): StateCodec<S> =>
  given === undefined ? json<S>() : 'fingerprint' in given ? schemaCodec(given) : given;

/** How long what is written now is kept, and whether reading prolongs it. Throws `BuildError`. */
export interface Lifetime {
  readonly ttl: Millis;
  readonly prolongs: boolean;
}

export function lifetimeOf(kind: string, options: StateOptions, others: readonly string[] = []): Lifetime {
  refuseUnknown(options, ['ttl', 'refresh', ...others], `the options of a ${kind}`);
  const { ttl = Infinity, refresh = 'write' } = options;
  if (!(ttl > 0)) throw new BuildError(`A ${kind} is to live for ${ttl} ms`, 'Give a ttl above 0: hours(1), days(7)');
  if (!refreshes.includes(refresh))
    throw new BuildError(`A ${kind} is refreshed by '${refresh}'`, `Choose among ${refreshes.join(', ')}`);
  return { ttl, prolongs: refresh === 'read' && ttl < Infinity };
}

const refreshes: readonly string[] = ['write', 'read'];
