/** The way of every line: is it to be said, has it been said too often, what of it may be read, and out. */
import type { Clock } from '../../engine/clock.ts';
import { seconds } from '../../stream/time.ts';
import { LogCounts } from './counts.ts';
import { events } from './events.ts';
import type { LogFields } from './fields.ts';
import { type HeldBack, Limiter } from './limiter.ts';
import { type Happening, lineOf, type LogLine, type Reading } from './line.ts';
import { type EventKind, levels, type Logger } from './logger.ts';
import { Redactor } from './redactor.ts';
import type { LoggingSettings, Threshold } from './settings.ts';
import { codeOf } from './told-error.ts';

/** Where lines go. */
export interface LogSink {
  /** Whether there was room for it. */
  write(line: LogLine): boolean;
}

export interface StructuredLoggerOptions {
  readonly settings: LoggingSettings;
  readonly sink: LogSink;
  readonly clock: Pick<Clock, 'now'>;
}

export class StructuredLogger implements Logger {
  readonly counts = new LogCounts();
  readonly #settings: LoggingSettings;
  readonly #sink: LogSink;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #limiter: Limiter;
  readonly #reading: Reading;

  constructor({ settings, sink, clock }: StructuredLoggerOptions) {
    const { limit, secrets } = settings;
    this.#settings = settings;
    this.#sink = sink;
    this.#clock = clock;
    this.#limiter = new Limiter({ lines: limit.lines, window: seconds(limit.window_s) });
    this.#reading = { ...settings, redactor: new Redactor([...secrets, settings.userKey]) };
  }

  log(kind: EventKind, fields: LogFields = {}, error?: unknown, quoted: readonly string[] = []): void {
    if (!this.says(kind)) return;
    try {
      this.#say({ kind, fields, error, quoted });
    } catch {
      // An error that cannot even be looked at, such as a proxy that throws, takes nobody down.
      this.#say({ kind, fields, error: new Unreadable() });
    }
  }

  /** A line that another thread has made, and counted. */
  pass(line: LogLine): void {
    if (!this.#sink.write(line)) this.counts.of(line.component, line.level).dropped++;
  }

  /** Whether such a thing is said at all: for whoever would have to find out much before. */
  says({ component, level }: EventKind): boolean {
    const { level: usual, levels: own } = this.#settings;
    return rankOf(level) >= rankOf(own[component] ?? usual);
  }

  /** Says how often what has been held back in windows that are over. */
  tellHeldBack(): void {
    this.#tell(this.#limiter.over(this.#clock.now()));
  }

  /** The same of windows that are not over: nothing will be said after it. */
  end(): void {
    this.#tell(this.#limiter.end());
  }

  #say(happening: Happening): void {
    const { kind, fields, error } = happening;
    const { component, level, event, isUnlimited = false } = kind;
    const now = this.#clock.now();
    const key = `${component} ${event} ${codeOf(error) ?? fields.code ?? ''}`.trimEnd();
    if (!isUnlimited && !this.#limiter.admit(key, now)) {
      this.counts.of(component, level).heldBack++;
      return;
    }
    const line = lineOf(happening, now, this.#reading);
    this.counts.of(component, level).written++;
    this.pass(line);
  }

  #tell(held: readonly HeldBack[]): void {
    const { window_s } = this.#settings.limit;
    for (const { key: of, count } of held) this.log(events.heldBack, { of, count, window_s });
  }
}

/** Stands in a line for what cannot be told. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Goes on until the signal aborts. */
export async function keepTelling(
  logger: Pick<StructuredLogger, 'tellHeldBack'>,
  { limit }: Pick<LoggingSettings, 'limit'>,
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(seconds(limit.window_s), signal);
    logger.tellHeldBack();
  }
}

const rankOf = (level: Threshold): number => (level === 'silent' ? levels.length : levels.indexOf(level));
