import type { SchemaRegistry } from '../../stream/registry.ts';
import type { StateValue } from '../step.ts';

/** How a state value is written into checkpoints. `version` changes whenever yesterday's bytes are no longer read. */
export interface StateCodec<S> {
  readonly version: string;
  encode(state: S): StateValue;
  decode(value: StateValue): S;
  /** Learns to decode what was written under another version; answers whether it can. Absent: it cannot. */
  learn?(version: string, registry: Pick<SchemaRegistry, 'find'>): Promise<boolean>;
}

/** For state of plain JSON values: no Map, Set, Date, NaN or Infinity. */
export const json = <S>(version = 'json-1'): StateCodec<S> => ({
  version,
  encode: state => JSON.stringify(state),
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: a checkpoint of another identity is refused
  decode: value => JSON.parse(typeof value === 'string' ? value : Buffer.from(value).toString()) as S,
});
