/** From anything outside into a stream: pulled from a position that is journalled once its values are in the log. */
import type { Documents } from '../documents/port.ts';
import type { Unavailable } from '../errors.ts';
import { OutsideWriter } from '../stream/outside-writer.ts';
import type { SchemaRegistry } from '../stream/registry.ts';
import type { Stream } from '../stream/stream.ts';
import type { Transport } from '../transport/port.ts';
import type { Clock } from './clock.ts';
import { BuildError, IncompatibleState } from './errors.ts';
import { reasonOf } from './record-failed.ts';
import { Interrupted, retrying } from './retry.ts';

/** Whatever values can be read from, again from a position: files, a change feed, an interface of somebody else. */
export interface PullSource<T, P> {
  /** Under which its position is kept. Whoever pulls under a name last is the one who goes on. */
  readonly name: string;
  /** A position as it was stored, in JSON; throws for what is none. */
  parse(stored: unknown): P;
  /**
   * Values after the position, or from the beginning, and the position behind them; no values where there are none now.
   * `Unavailable` is tried again, any other rejection ends the pull.
   */
  read(after: P | undefined, most: number, signal: AbortSignal): Promise<PulledValues<T, P>>;
  /** Resolves when there may be more after the position, or when the signal aborts. */
  wait(after: P | undefined, signal: AbortSignal): Promise<void>;
}

/** What a source gives at a time, and where it goes on after it. */
export interface PulledValues<T, P> {
  readonly values: readonly T[];
  /** Behind the values: from there the next ones are asked for. */
  readonly position: P;
}

/** Until when a source is asked, for how much at a time, and who is told. */
export interface PullOptions<P> {
  /** Ends the pull, which finishes what is under way. */
  readonly signal: AbortSignal;
  /** Values read at once; 500 where absent. */
  readonly most?: number;
  /** So many values more are in the log, and the position behind them is journalled. */
  readonly pulled?: (values: number, position: P) => void;
  /** A port or the source does not answer; it is tried again. */
  readonly waiting?: (what: string, error: Unavailable, attempt: number) => void;
}

export interface PullPorts {
  readonly transport: Transport;
  readonly documents: Pick<Documents, 'journal'>;
  readonly registry: Pick<SchemaRegistry, 'register'>;
  readonly clock: Clock;
}

/**
 * Pulls until the signal aborts. Values whose position was not journalled before a crash are sent again, so give them an
 * id and drop repetitions with `task.distinct`. Throws `Fenced` once another pulls under the name.
 */
export async function pull<T, P>(
  ports: PullPorts,
  stream: Stream<T>,
  source: PullSource<T, P>,
  { signal, most = 500, pulled, waiting }: PullOptions<P>,
): Promise<void> {
  const { transport, documents, registry, clock } = ports;
  const journal = new Positions(documents.journal, source);
  const patiently = <R>(what: string, work: () => Promise<R>): Promise<R> =>
    retrying(what, work, clock, signal, waiting ?? (() => {}));
  try {
    await patiently('registry', () => registry.register(stream.schema.definition));
    await patiently('position', () => journal.take());
    while (!signal.aborted) {
      const { position } = journal;
      const read = await patiently(source.name, () => source.read(position, most, signal));
      if (read.values.length > 0) await patiently('log', () => appended(transport, stream, read.values, clock));
      if (read.values.length > 0 || !journal.isAt(read.position)) {
        await patiently('position', () => journal.put(read.position));
        pulled?.(read.values.length, read.position);
      } else await source.wait(read.position, signal);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
}

/** All of them or an error, after which some may be there. */
async function appended<T>(transport: Transport, stream: Stream<T>, values: readonly T[], clock: Clock): Promise<void> {
  const writer = await OutsideWriter.open(transport, stream, clock);
  for (const value of values) await writer.write(value);
  await writer.flush();
}

/** The journal of a source: its newest entry is the position. Written by compare-and-set, under the fence of who pulls. */
class Positions<P> {
  readonly #journal: Documents['journal'];
  readonly #task: string;
  readonly #parse: (stored: unknown) => P;
  /** Undefined where nothing was pulled yet. */
  position: P | undefined;
  #fence = 0;
  #epoch = 0;
  #newest: string | undefined;

  constructor(journal: Documents['journal'], source: Pick<PullSource<never, P>, 'name' | 'parse'>) {
    const { name } = source;
    if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) {
      throw new BuildError(
        `'${name}' cannot name a source`,
        'Use up to 64 lower-case letters, digits and dashes, a letter first',
      );
    }
    this.#journal = journal;
    this.#task = `source/${name}`; // no topology's task: those are numbered
    this.#parse = stored => source.parse(stored);
  }

  /** From here on nobody else goes on under the name. */
  async take(): Promise<void> {
    const { fence, epoch } = await this.#journal.takeFence(this.#task);
    this.#fence = fence;
    this.#epoch = epoch;
    if (epoch === 0) return;
    const [entry] = await this.#journal.after(this.#task, epoch - 1, 1);
    try {
      this.position = this.#parse(entry === undefined ? undefined : JSON.parse(entry.plan));
    } catch (error) {
      throw new IncompatibleState(
        `The position of ${this.#task} cannot be read: ${reasonOf(error)}`,
        'Run the release that wrote it, or give the source a new name, under which it begins anew',
        { cause: error },
      );
    }
    this.#newest = entry?.plan;
  }

  isAt(position: P): boolean {
    return this.#newest === JSON.stringify(position);
  }

  async put(position: P): Promise<void> {
    const plan = JSON.stringify(position);
    const epoch = this.#epoch + 1;
    await this.#journal.append(this.#task, this.#fence, { epoch, plan });
    this.#epoch = epoch;
    this.#newest = plan;
    this.position = position;
    if (epoch % keptPositions === 0) await this.#journal.trim(this.#task, epoch - 1);
  }
}

/** Entries that the journal of a source has at most. */
const keptPositions = 100;
