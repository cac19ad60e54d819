/** Lines of files as a stream, and what they say. A line that says nothing is a dead letter with its bytes, and can be sent again. */
import { map } from 'rxjs';
import { z } from 'zod';
import { days, schema, stream, topology } from '../../src/index.ts';
import { type Reading, readings } from '../hot-sensors.ts';

export interface Line {
  /** File and first byte: the same whenever the line is read. */
  readonly id: string;
  readonly text: string;
  readonly readAt: number;
}

export const lines = stream<Line>('lines', {
  schema: schema({
    type: 'record',
    name: 'Line',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'text', type: 'string' },
      { name: 'readAt', type: 'long' },
    ],
  }),
  key: line => line.id,
  time: line => line.readAt,
});

const Said = z.object({ sensor: z.string().min(1), celsius: z.coerce.number(), at: z.coerce.number().int() });

/** NDJSON, or CSV of sensor, degrees and milliseconds since 1970. Throws for what is neither. */
export function parse({ text }: Line): Reading {
  const [sensor, celsius, at] = text.split(',');
  const parsed = Said.safeParse(text.startsWith('{') ? JSON.parse(text) : { sensor, celsius, at });
  if (parsed.success) return parsed.data;
  throw new Error(`no reading: ${text.slice(0, 100)}`);
}

export const readLines = topology('read-lines', task => {
  task
    .read(lines)
    .pipe(
      // A source that was killed sends again what it had not noted down.
      task.distinct('once', { by: line => line.id, horizon: days(1) }),
      map(parse),
    )
    .subscribe(task.write(readings));
});
