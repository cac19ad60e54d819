/** The table of scenarios that Kafka Streams has run; README.md tells of the notation. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const lines = z.array(z.string());

/** What every family of scenarios has. */
export const scenarioFields = {
  name: z.string(),
  records: lines,
  /** What Kafka Streams told after each record. Written by scripts/streams.ts. */
  streams: lines,
  /** What Millrace tells after each record, where that is something else on purpose, and why. */
  millrace: z.strictObject({ lines, why: z.string() }).optional(),
};

/** The scenarios of a family: `windows` for windows.json. */
export const scenariosOf = <T extends z.ZodType>(family: string, shape: T): z.output<T>[] =>
  z.array(shape).parse(JSON.parse(readFileSync(join(import.meta.dirname, `${family}.json`), 'utf8')));

export interface ScenarioRecord {
  readonly key: string;
  /** Null is a tombstone. */
  readonly value: string | null;
  readonly time: number;
}

/** A record as a scenario writes it: `key=value@time`. */
export function recordOf(text: string): ScenarioRecord {
  const [, key, value, time] = /^(\w+)=(\w+|-)@(-?\d+)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new Error(`'${text}' is no record: write key=value@time`);
  return { key, value: value === '-' ? null : value, time: Number(time) };
}
