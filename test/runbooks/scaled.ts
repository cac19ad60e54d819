/**
 * The alert rules by a quicker clock. What takes a quarter of an hour on a Prometheus in use takes seconds here: all
 * durations of a rule are divided by one factor, its ranges, its `for`, and the seconds that it compares with the time.
 * Days are left alone: what was a week before is written into the history of the server as it is.
 */
import { stringify } from 'yaml';
import { alerts } from '../support/alerts.ts';

const unit_ms = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
type Unit = keyof typeof unit_ms;
const isUnit = (unit: string): unit is Unit => unit in unit_ms;

/** A duration of whole milliseconds, one at least. */
export function scaledDuration(duration: string, factor: number): string {
  const [, count = '', unit = ''] = /^(\d+)([smh])$/.exec(duration) ?? [];
  if (!isUnit(unit)) throw new Error(`'${duration}' is no duration of seconds, minutes or hours`);
  return `${Math.max(1, Math.round((Number(count) * unit_ms[unit]) / factor))}ms`;
}

/** `[15m]` and `offset 15m`; and the one number that is compared with `time()`, or stands for it. */
export const scaledQuery = (expr: string, factor: number): string =>
  expr
    .replaceAll(/\[(\d+[smh])\]/g, (_, range: string) => `[${scaledDuration(range, factor)}]`)
    .replaceAll(/\boffset (\d+[smh])\b/g, (_, by: string) => `offset ${scaledDuration(by, factor)}`)
    .replaceAll(/\b900\b/g, String(900 / factor));

/** A file of rules as Prometheus reads it: all alerts of the project, in one group. */
export const scaledRules = (factor: number): string =>
  stringify({
    groups: [
      {
        name: 'scaled',
        rules: alerts().map(rule => ({
          ...rule,
          expr: scaledQuery(rule.expr, factor),
          for: scaledDuration(rule.for, factor),
        })),
      },
    ],
  });
