import type { SchemaRegistry } from '../../stream/registry.ts';
import { BuildError, IncompatibleState } from '../errors.ts';
import type { StateValue } from '../step.ts';

/** How a state value is written into checkpoints. `version` changes whenever yesterday's bytes are no longer read. */
export interface StateCodec<S> {
  readonly version: string;
  encode(state: S): StateValue;
  /** Of any version that it has learnt: a large state is not written anew all at once. */
  decode(value: StateValue): S;
  /** Learns to decode what was written under another version; answers whether it can. Absent: it cannot. */
  learn?(version: string, registry: Pick<SchemaRegistry, 'find'>): Promise<boolean>;
}

/** How values of former versions become values of today's, by version. */
export type Migrations<S> = Readonly<Record<string, (former: unknown) => S>>;

/**
 * For state of plain JSON values: no Map, Set, Date, NaN or Infinity. With `migrate` it reads what was written under the
 * versions named there, and writes its own version before each value; what was written is migrated when it is read.
 */
export function json<S>(version = 'json-1', migrate: Migrations<S> = {}): StateCodec<S> {
  if (/[\n@]| after /.test(version))
    throw new BuildError(`'${version}' cannot name a version of state`, "Use no line break, no '@' and no ' after '");
  const former = new Map(Object.entries(migrate));
  const tag = former.size === 0 ? '' : `@${version}\n`;
  /** Of what has no version before it. */
  let untagged = version;
  return {
    version,
    encode: state => tag + JSON.stringify(state),
    decode(value) {
      const [written, text] = untag(typeof value === 'string' ? value : Buffer.from(value).toString());
      const parsed: unknown = JSON.parse(text);
      // oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: a checkpoint of another identity is refused
      if ((written ?? untagged) === version) return parsed as S;
      return migrated(parsed, written ?? untagged);
    },
    // Who writes without a version never comes after who writes it, but for today's own: so it was the first to write.
    learn: async other => {
      if (!former.has(other)) return false;
      untagged = other;
      return true;
    },
  };

  function migrated(value: unknown, from: string): S {
    const read = former.get(from);
    if (read !== undefined) return read(value);
    throw new IncompatibleState(
      `Stored state is of version '${from}', and '${version}' does not say how to read it`,
      `Give json('${version}', { '${from}': former => … })`,
    );
  }
}

/** The version that stands before a value, if one does: JSON never begins with an at sign. */
function untag(text: string): readonly [version: string | undefined, json: string] {
  if (!text.startsWith('@')) return [undefined, text];
  const end = text.indexOf('\n');
  return [text.slice(1, end), text.slice(end + 1)];
}
