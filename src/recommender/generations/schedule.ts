/** When generations are due by the calendar: cron expressions, in UTC. */
import { Cron } from 'croner';

export function isCron(expression: string): boolean {
  try {
    return cronOf(expression).nextRun() !== null;
  } catch {
    return false; // what is wrong with it, the caller says by what it wanted
  }
}

/** The first moment after a time; Infinity where there is none any more. Milliseconds since 1970. */
export const nextAfter = (expression: string, time: number): number =>
  cronOf(expression).nextRun(new Date(time))?.getTime() ?? Infinity;

const cronOf = (expression: string): Cron => new Cron(expression, { paused: true, timezone: 'UTC' });
