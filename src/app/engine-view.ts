/** What a process tells of the topologies, and whether or not it runs any of them, of their state. */
import type { Graph } from '../engine/graph.ts';
import { askState, type Asked, type StateParts, type StateQuestion } from '../engine/queries/ask.ts';
import { CommittedState } from '../engine/queries/committed.ts';
import { Owners } from '../engine/queries/owners.ts';
import { tellOwners } from '../engine/queries/telling.ts';
import { EventTimes } from '../operations/event-times.ts';
import type { RunningTopologies } from '../recommender/api/topologies-endpoint.ts';
import { type Millis, seconds } from '../stream/time.ts';
import type { OnWait } from '../engine/retry.ts';
import type { EngineSource } from '../recommender/api/engine-source.ts';
import type { Ports } from './compose.ts';
import type { EngineThread } from './engine-thread.ts';
import { type TopologyLag, topologyLagsOf } from '../operations/topology-lag.ts';
import { runningTopologies } from './running-topologies.ts';

type ViewedPorts = Pick<Ports, 'documents' | 'namespace' | 'clock' | 'openStore' | 'transport' | 'registry'>;

/** The log is looked at so often at most, however many pages ask. */
const lookEvery = seconds(1);

/** The engine of this process, as far as it is looked at. */
type Viewed = Pick<EngineThread, 'held' | 'tasks' | 'steps'>;

export class EngineView implements EngineSource {
  readonly #thread: Viewed | undefined;
  #ports: ViewedPorts;
  #parts: StateParts;
  #times: EventTimes;
  #looked: { readonly at: Millis; readonly found: Promise<RunningTopologies> } | undefined;

  /** Without an engine it answers nothing by itself, and asks the owners. */
  constructor(ports: ViewedPorts, graph: Graph, thread?: Viewed) {
    this.#thread = thread;
    this.#ports = ports;
    this.#parts = this.#partsIn(ports, graph);
    this.#times = new EventTimes({ ...ports, graph });
  }

  /** Looks at another namespace from now on. */
  enter(ports: ViewedPorts, graph: Graph): void {
    this.#ports = ports;
    this.#parts = this.#partsIn(ports, graph);
    this.#times = new EventTimes({ ...ports, graph });
    this.#looked = undefined;
  }

  topologies(): Promise<RunningTopologies> {
    const now = this.#ports.clock.now();
    if (this.#looked === undefined || now - this.#looked.at >= lookEvery) {
      const { graph } = this.#parts;
      const parts = {
        graph,
        times: this.#times,
        ports: this.#ports,
        tasks: this.#thread?.tasks ?? [],
        steps: this.#thread?.steps ?? [],
      };
      this.#looked = { at: now, found: runningTopologies(parts) };
    }
    return this.#looked.found;
  }

  /** Of all topologies, whoever runs them. */
  lags(): Promise<readonly TopologyLag[]> {
    const { transport } = this.#ports;
    return topologyLagsOf({ graph: this.#parts.graph, transport, tasks: this.#thread?.tasks ?? [] });
  }

  askState(question: StateQuestion): Promise<Asked> {
    return askState(this.#parts, question);
  }

  /** Says in the documents where this process answers for the tasks that it runs, until the signal aborts. */
  tell(address: string, signal: AbortSignal, onWait: OnWait): Promise<void> {
    return tellOwners({
      // Of the namespace that it is in by then.
      owners: { tell: owner => this.#ownersOf(this.#ports).tell(owner) },
      held: () => this.#thread?.held ?? new Map(),
      address,
      clock: this.#ports.clock,
      signal,
      onWait,
    });
  }

  #ownersOf = ({ documents, namespace }: ViewedPorts): Owners => new Owners(documents, namespace);

  #partsIn(ports: ViewedPorts, graph: Graph): StateParts {
    const thread = this.#thread;
    return {
      graph,
      journal: ports.documents.journal,
      owners: this.#ownersOf(ports),
      held: () => thread?.held ?? new Map(),
      ...(thread === undefined ? {} : { committed: new CommittedState(graph, ports.openStore()) }),
    };
  }
}
