/** Whether the tasks that other workers run have caught up, as far as the log knows. */
import type { Offset, Transport } from '../../transport/port.ts';
import type { Graph } from '../graph.ts';

/** A value between two topologies can hide from one look, hardly from two; and who leaves too early loses nothing. */
const calmLooks = 2;

/**
 * Looked at again and again: calm is a look at which every input of the topologies is committed up to where it ended at
 * the look before. Nobody waits for the log to stand still, which markers never let it do. Inputs that another stream
 * clocks are left out: they are read as far as their clock says. Of an input that every task reads whole the log knows
 * only how far one of them has come. So this is no proof; it need not be one, since a worker that leaves while another
 * has something to do leaves its tasks to that one.
 */
export class CaughtUp {
  readonly #graph: Graph;
  readonly #transport: Transport;
  #ends = new Map<string, Offset>();
  #calm = 0;

  constructor(graph: Graph, transport: Transport) {
    this.#graph = graph;
    this.#transport = transport;
  }

  async look(topologies: readonly string[]): Promise<boolean> {
    const ends = new Map<string, Offset>();
    let behind = false;
    for (const name of topologies) {
      const committed = await this.#committed(name);
      for (const { topic, partition } of this.#inputs(name)) {
        const { start, end } = await this.#transport.bounds({ topic, partition });
        const at = `${topic}/${partition}`;
        ends.set(`${name} ${at}`, end);
        behind ||= (committed.get(at) ?? start) < (this.#ends.get(`${name} ${at}`) ?? Infinity) && end > start;
      }
    }
    this.#ends = ends;
    this.#calm = behind ? 0 : this.#calm + 1;
    return this.#calm >= calmLooks;
  }

  async #committed(topology: string): Promise<ReadonlyMap<string, Offset>> {
    const committed = await this.#transport.committed(topology);
    return new Map(committed.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));
  }

  #inputs(topology: string): { topic: string; partition: number }[] {
    const { reads = [] } = this.#graph.topologies.find(({ name }) => name === topology) ?? {};
    return reads
      .filter(({ upTo }) => upTo === null)
      .flatMap(({ stream: topic }) =>
        Array.from({ length: this.#graph.partitions(topic) }, (_, partition) => ({ topic, partition })),
      );
  }
}
