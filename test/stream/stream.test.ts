import { describe, expect, test } from 'vitest';
import { cutDefinition, type Cut } from '../../src/stream/cut.ts';
import { deadLetters, type DeadLetter } from '../../src/stream/dead-letter.ts';
import { Decoder } from '../../src/stream/decoder.ts';
import { nearest } from '../../src/stream/nearest.ts';
import { schema, type Schema } from '../../src/stream/schema.ts';
import { InvalidStream, stream, type StreamOptions } from '../../src/stream/stream.ts';
import { minutes, seconds } from '../../src/stream/time.ts';
import { plain } from './rich.ts';

interface Reading {
  readonly sensor: string;
  readonly at: number;
}

const options: StreamOptions<Reading> = {
  schema: schema<Reading>({
    type: 'record',
    name: 'Reading',
    fields: [
      { name: 'sensor', type: 'string' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: r => r.sensor,
  time: r => r.at,
};
const readings = stream('readings', options);

/** A value through bytes and back. */
const roundTrip = <T>(of: Schema<T>, value: T): unknown => {
  const buffer = Buffer.alloc(1_000);
  return plain(new Decoder(of).decode(buffer, 0, of.encode(value, buffer, 0)));
};

describe('a stream', () => {
  test('finds key and event time in a value', () => {
    const value = { sensor: 'a', at: 12 };
    expect([readings.key(value), readings.time(value)]).toEqual(['a', 12]);
  });

  test('without more said accepts nothing late and is idle after five seconds', () => {
    expect(readings).toMatchObject({ lateness: 0, idleAfter: seconds(5) });
    expect(readings).not.toHaveProperty('cut');
  });

  test('cannot be changed', () => {
    expect(Object.isFrozen(readings)).toBe(true);
  });

  test('takes everything from another one that is spread into it, but not its name', () => {
    const slow = stream('slow', { ...readings, lateness: minutes(2) });
    const copies = stream('copies', { ...slow });
    expect(copies).toMatchObject({
      name: 'copies',
      schema: readings.schema,
      lateness: minutes(2),
      idleAfter: seconds(5),
    });
    expect(copies.key({ sensor: 'b', at: 1 })).toBe('b');
  });

  test.each(['readings', 'A.b_c-9', 'x'.repeat(249), '...'])('may be called %j', name => {
    expect(stream(name, options).name).toBe(name);
  });

  test.each(['', '.', '..', 'a/b', 'a b', 'é', 'x'.repeat(250), 'a\n'])('may not be called %j', name => {
    expect(() => stream(name, options)).toThrow(InvalidStream);
  });

  test('is refused with an option that does not exist, and the nearest one is named', () => {
    const misspelt = { ...options, latenes: 5 };
    expect(() => stream('s', misspelt)).toThrow(/no option 'latenes'. Did you mean 'lateness'\?/);
  });

  test.each(['schema', 'key', 'time'])('is refused without %s', option => {
    expect(() => stream('s', { ...options, [option]: undefined })).toThrow(`Stream 's' has no ${option}`);
  });

  test.each([-1, NaN, Infinity])('is refused with %d milliseconds of lateness or idleness', duration => {
    expect(() => stream('s', { ...options, lateness: duration })).toThrow(/lateness is/);
    expect(() => stream('s', { ...options, idleAfter: duration })).toThrow(/idleAfter is/);
  });
});

test('a dead letter keeps its bytes, and the letters of a partition stay together', () => {
  const letter: DeadLetter = {
    topic: 'ratings',
    partition: 3,
    offset: 42,
    reason: 'not a rating',
    bytes: Buffer.from([0, 255, 1]),
    key: 'user-1',
    task: 'intake-3',
    time: 1_700_000_000_000,
  };
  expect(roundTrip(deadLetters.schema, letter)).toEqual(letter);
  expect(deadLetters.key(letter)).toBe('ratings/3');
  expect(deadLetters.time(letter)).toBe(letter.time);
});

test('a cut is written and read with its definition', () => {
  const cut: Cut = {
    producer: 'train',
    lineage: 2,
    epoch: 9,
    read: [{ stream: 'ratings', partition: 0, end: 10 }],
    wrote: [{ stream: 'user-vectors', partition: 1, notBefore: 5, first: 7, next: 12 }],
  };
  expect(roundTrip(schema<Cut>(cutDefinition), cut)).toEqual(cut);
});

test('the nearest word takes the fewest edits, whatever the case', () => {
  expect(nearest('Idle', ['lateness', 'idleAfter', 'cut'])).toBe('cut');
  expect(nearest('IDLEAFTR', ['lateness', 'idleAfter', 'cut'])).toBe('idleAfter');
  expect(nearest('x', [])).toBeUndefined();
});
