import { z } from 'zod';
import type { Millis } from '../../stream/time.ts';
import type { Context } from '../cursor.ts';
import { IncompatibleState } from '../errors.ts';
import type { StateCodec } from '../state/codec.ts';
import type { StateValue } from '../step.ts';

/** A value that waits, and what travels beside it. */
export interface HeldBack<T> {
  readonly key: string;
  readonly value: T;
  readonly context: Context;
  /** Event time that the task must not pass before it goes on; of a late value where event time was when it came. */
  readonly hold: Millis;
}

const stored = z.tuple([
  z.string(),
  z.number(),
  z.number(),
  z.string(),
  z.number(),
  z.string(),
  z.enum(['text', 'bytes']),
]);

export function encodeHeld<T>({ key, value, context, hold }: HeldBack<T>, codec: StateCodec<T>): string {
  const encoded = codec.encode(value);
  const text = typeof encoded === 'string' ? encoded : Buffer.from(encoded).toString('base64');
  const { time, origin, trace } = context;
  return JSON.stringify([key, time, origin, trace, hold, text, typeof encoded === 'string' ? 'text' : 'bytes']);
}

/** Throws `IncompatibleState` for what `encodeHeld` has not written. */
export function decodeHeld<T>(value: StateValue, codec: StateCodec<T>): HeldBack<T> {
  const parsed = stored.safeParse(JSON.parse(value.toString()));
  if (!parsed.success) {
    throw new IncompatibleState(
      `A value that waits cannot be read: ${z.prettifyError(parsed.error)}`,
      'Run the release that wrote it until nothing waits any more, and then this one',
    );
  }
  const [key, time, origin, trace, hold, text, as] = parsed.data;
  const encoded = as === 'text' ? text : Buffer.from(text, 'base64');
  return { key, value: codec.decode(encoded), context: { time, origin, trace }, hold };
}
