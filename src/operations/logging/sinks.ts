/** Where lines end: standard error, as JSON for programs or as text for people. */
import { hostname } from 'node:os';
import { pino } from 'pino';
import type { LineOutput } from './line-output.ts';
import type { LogLine } from './line.ts';
import type { LogSink } from './structured-logger.ts';
import { textLine } from './text-line.ts';

/** One JSON object a line, each with the process that it comes from. Programs read them: the names stay. */
export function jsonSink(output: Pick<LineOutput, 'write'>, version: string): LogSink {
  let hasRoom = true;
  const logger = pino(
    {
      level: 'debug',
      base: { pid: process.pid, host: hostname(), version },
      timestamp: false, // the time of a line is that at which it happened, also in another thread
      formatters: { level: label => ({ level: label }) },
    },
    { write: line => (hasRoom = output.write(line)) },
  );
  return {
    write: ({ level, ...line }) => {
      logger[level](line);
      return hasRoom;
    },
  };
}

export const textSink = (output: Pick<LineOutput, 'write'>, isColoured: boolean): LogSink => ({
  write: (line: LogLine) => output.write(textLine(line, isColoured)),
});
