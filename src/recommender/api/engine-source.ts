/** What the API tells of the engine: supplied by the process, since only it knows whether one runs in it. */
import type { Asked, StateQuestion } from '../../engine/queries/ask.ts';
import type { RunningTopologies } from './topologies-endpoint.ts';
import { UnknownState } from '../../engine/queries/errors.ts';

export interface EngineSource {
  /** The committed state of a key, or where to ask for it. @throws {UnknownState} {NotTheOwner} {StateNotReadable} */
  askState(question: StateQuestion): Promise<Asked>;
  /** What runs, and how far it is; of no more than a second ago. */
  topologies(): Promise<RunningTopologies>;
}

/** Of a server that nobody has told of any topology. */
export const noEngine: EngineSource = {
  askState: async ({ topology }) => {
    throw new UnknownState(`There is no topology '${topology}'`, 'Ask a process that runs some');
  },
  topologies: async () => ({ at: 0, topologies: [] }),
};
