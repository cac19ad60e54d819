/** What a command that goes on says of itself while it does: lines on standard error, and what they are made by. */
import { createRequire } from 'node:module';
import { z } from 'zod';
import type { Config } from '../app/config.ts';
import { failureOf } from '../app/engine-failure.ts';
import { loggingSettings } from '../app/logging.ts';
import { ModelError } from '../als/index.ts';
import { MillraceError } from '../errors.ts';
import { systemClock } from '../engine/clock.ts';
import type { OnWait } from '../engine/retry.ts';
import { events } from '../operations/logging/events.ts';
import { LineOutput } from '../operations/logging/line-output.ts';
import type { Logger } from '../operations/logging/logger.ts';
import type { LoggingSettings } from '../operations/logging/settings.ts';
import { jsonSink, textSink } from '../operations/logging/sinks.ts';
import { keepTelling, StructuredLogger } from '../operations/logging/structured-logger.ts';

export interface Logging {
  readonly logger: StructuredLogger;
  /** For threads that log through this one. */
  readonly settings: LoggingSettings;
  /** Whether lines are text, for people: progress is for them too. */
  readonly isForPeople: boolean;
  /** Share of the answered requests that is told. */
  readonly requests: number;
  /** For words that are no event, between the lines and never within one. */
  readonly plain: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
}

/** How long a slow reader of the last lines is waited for. */
const patience_ms = 2_000;
const stderr = 2;

/**
 * Does `work`, and says how it went: nothing of what was said before is lost when it ends, also where it ends by an error
 * that nobody caught. Where lines are text, whoever called the command tells the person of its error.
 */
export async function withLogging<R>(
  command: string,
  config: Config,
  work: (logging: Logging) => Promise<R>,
): Promise<R> {
  // To look at it is what keeps a pipe from blocking whoever writes to it.
  const { isTTY } = process.stderr;
  const { format, requests, buffer_bytes } = config.logging;
  const isForPeople = format === 'text' || (format === 'auto' && isTTY);
  const settings = loggingSettings(config, process.env, isForPeople);
  const output = new LineOutput({ fd: stderr, most_bytes: buffer_bytes });
  const sink = isForPeople ? textSink(output, isTTY && process.stderr.hasColors()) : jsonSink(output, version());
  const logger = new StructuredLogger({ settings, sink, clock: systemClock });
  const flush = (): void => output.flush(patience_ms);
  const told = { dropped: 0 };
  const tell = { tellHeldBack: (): void => tellMissing(logger, output, told) };
  const crash = (error: unknown): void => {
    flush();
    tell.tellHeldBack();
    logger.log(events.crashed, { command }, error);
    logger.end();
    process.exit(1); // `exit` flushes
  };
  const over = new AbortController();
  process.on('exit', flush).on('uncaughtException', crash);
  void keepTelling(tell, settings, systemClock, over.signal);
  const plain = { isTTY, write: (text: string) => output.write(text) };
  logger.log(events.started, { command });
  try {
    return await work({ logger, settings, isForPeople, requests, plain });
  } catch (error) {
    if (!isForPeople) logger.log(events.failed, { command }, error);
    throw settings.quotes ? error : withoutQuotes(error);
  } finally {
    over.abort();
    flush();
    tell.tellHeldBack();
    logger.end();
    flush();
    process.off('exit', flush).off('uncaughtException', crash);
  }
}

/** An error as the last words of a process may have it where they are collected. */
class Told extends MillraceError {
  readonly code: string;
  constructor(code: string, message: string, remedy: string, cause: unknown) {
    super(message, remedy, { cause });
    this.message = message;
    this.code = code;
  }
}

/** What it repeats of errors that nobody foresaw may be what they have read, and is left out as it is in the log. */
function withoutQuotes(error: unknown): unknown {
  if (error instanceof ModelError) return error;
  const { code, message } = failureOf(error, { quotes: false });
  if (error instanceof MillraceError)
    return message === error.message ? error : new Told(code, message, error.remedy, error);
  const remedy = 'The line before says where';
  return new Told(code, `The process ended ${message}. ${remedy}`, remedy, error);
}

/** What was held back, and what was dropped since that was told last; told again where there was no room for it. */
function tellMissing(logger: StructuredLogger, output: Pick<LineOutput, 'dropped'>, told: { dropped: number }): void {
  logger.tellHeldBack();
  const { dropped } = output;
  if (dropped > told.dropped) logger.log(events.dropped, { count: dropped - told.dropped });
  if (output.dropped === dropped) told.dropped = dropped;
}

/** For work beside tasks and requests: what it needs does not answer. */
export const tellWait =
  (logger: Logger): OnWait =>
  (dependency, error, attempt) =>
    logger.log(events.dependencyWaits, { dependency, attempt }, error);

/** For work beside requests: what has failed in it. */
export const report =
  (logger: Logger) =>
  (error: unknown): void =>
    logger.log(events.workFailed, {}, error);

const Manifest = z.object({ version: z.string() });

/** Of the package, whose folder is another one where it is built. */
const version = (): string =>
  Manifest.parse(
    createRequire(import.meta.url)(import.meta.url.endsWith('.ts') ? '../../package.json' : '../../../package.json'),
  ).version;
