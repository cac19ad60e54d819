import type { Topology } from '../../../src/engine/topology.ts';
import type { World } from '../../support/world.ts';

/** What is played in a world where everything goes wrong: a dataflow, what is sent to it, and what has to come of it. */
export interface Play {
  readonly topologies: readonly Topology[];
  /** Later releases of them, which take each other's place in the middle of everything; as many tasks each. */
  readonly releases?: readonly (readonly Topology[])[];
  /** Of a topic, asked once each. */
  partitions(topic: string): number;
  /** Sends some records, as chance has it. */
  send(world: World): Promise<void>;
  /** Sends what it takes for all to be told. */
  close(world: World): Promise<void>;
  /** Throws unless the outputs are exactly those of a run without any failure. Answers the duplicates in the log. */
  check(world: World): Promise<{ duplicates: number }>;
}
