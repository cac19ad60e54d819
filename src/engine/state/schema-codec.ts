import { Decoder } from '../../stream/decoder.ts';
import type { Schema } from '../../stream/schema.ts';
import { IncompatibleState } from '../errors.ts';
import type { StateCodec } from './codec.ts';

/** State as the values of a schema, in the encoding that they have in the log. */
export function schemaCodec<S>(schema: Schema<S>): StateCodec<S> {
  const decoder = new Decoder(schema);
  let buffer = Buffer.alloc(1_024);
  return {
    version: `avro ${schema.fingerprint}`,
    encode(state) {
      let end = schema.encode(state, buffer, 0);
      while (end < 0) {
        buffer = Buffer.alloc(buffer.length * 2 - end);
        end = schema.encode(state, buffer, 0);
      }
      return Buffer.from(buffer.subarray(0, end));
    },
    // As readers of the log do: schemas evolve, and the registry has every one that was written with.
    async learn(version, registry) {
      const [, reference] = /^avro ([0-9a-f]{16})$/.exec(version) ?? [];
      if (reference === undefined || !(await decoder.learn(reference, registry))) return false;
      return decoder.reads(reference);
    },
    decode(value) {
      const bytes = Buffer.from(value);
      const state = decoder.decode(bytes, 0, bytes.length);
      if (state !== undefined) return state;
      throw new IncompatibleState(`Stored state is no ${schema.name}`, 'Restore the state from a snapshot');
    },
  };
}
