/** What a replay was asked for, by its flags; the same namespace is never asked for two things. */
import type { ReplayRequest, Namespace } from '../../replay/namespace.ts';
import { Misuse } from '../errors.ts';

export interface RequestFlags {
  readonly from?: string;
  readonly to?: string;
  readonly topology?: readonly string[];
  readonly partitions?: number;
  readonly capture?: string;
  readonly follow?: true;
}

export const requestOf = ({ from, to, topology, partitions, capture }: RequestFlags): ReplayRequest => ({
  from: from ?? 'earliest',
  to: to ?? null,
  topologies: [...new Set(topology)].sort(),
  partitions: partitions ?? null,
  capture: capture ?? null,
});

/** A namespace goes on as it was begun; a flag that says otherwise is refused, one that is left out is not. @throws {Misuse} */
export function refuseOther({ name, request: begun }: Namespace, flags: RequestFlags): void {
  const now = requestOf(flags);
  const given = { from: flags.from, to: flags.to, topologies: flags.topology, ...flags };
  for (const part of ['from', 'to', 'topologies', 'partitions', 'capture'] as const) {
    if (given[part] === undefined || JSON.stringify(now[part]) === JSON.stringify(begun[part])) continue;
    throw new Misuse(
      `The namespace '${name}' was begun with ${part} ${JSON.stringify(begun[part])}, not ${JSON.stringify(now[part])}`,
      'Leave the flag out to go on, or replay into another name',
    );
  }
}
