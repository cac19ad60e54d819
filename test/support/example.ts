import type { Stream } from '../../src/index.ts';

/** How a test puts values into a stream, whatever carries it. */
export type Send = <T>(stream: Stream<T>, ...values: readonly T[]) => Promise<void>;
