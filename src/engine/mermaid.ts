/** The graph of an application as a flowchart in Mermaid's language: https://mermaid.js.org/syntax/flowchart.html */
import { deadLetters } from '../stream/dead-letter.ts';
import { headOf, howRead, nodeName, unlinkedWrites } from './describe.ts';
import type { Graph, TopologyGraph } from './graph.ts';
import type { Edge, GraphNode } from './trail.ts';

/** Streams are rounded, documents are drums, each topology is a box around its steps. */
export function mermaid(graph: Graph): string {
  const streams = new Names('s');
  const documents = new Names('d');
  const boxes = graph.topologies.map((topology, index) => new Box(topology, `t${index}`, streams, documents));
  const arrows = boxes.flatMap(box => box.arrows());
  const letters = boxes.map(({ id }) => `${id} -.-> ${streams.idOf(deadLetters.name)}`);
  return [
    'flowchart LR',
    ...boxes.flatMap(box => box.lines()),
    ...streams.all().map(({ id, name }) => `${id}([${quoted(name)}])`),
    ...documents.all().map(({ id, name }) => `${id}[(${quoted(name)})]`),
    ...arrows,
    ...letters,
    `style ${streams.idOf(deadLetters.name)} opacity:0.5`,
  ].join('\n  ');
}

/** Gives short identifiers to names that Mermaid might take for words of its own. */
class Names {
  readonly #prefix: string;
  readonly #ids = new Map<string, string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  idOf(name: string): string {
    const known = this.#ids.get(name) ?? `${this.#prefix}${this.#ids.size}`;
    this.#ids.set(name, known);
    return known;
  }

  all(): { readonly id: string; readonly name: string }[] {
    return [...this.#ids].map(([name, id]) => ({ id, name }));
  }
}

/** A topology. Without steps it is a node itself, since Mermaid draws no empty box. */
class Box {
  readonly id: string;
  readonly #topology: TopologyGraph;
  readonly #streams: Names;
  readonly #documents: Names;

  constructor(topology: TopologyGraph, id: string, streams: Names, documents: Names) {
    this.id = id;
    this.#topology = topology;
    this.#streams = streams;
    this.#documents = documents;
  }

  lines(): string[] {
    const { steps } = this.#topology;
    const title = `${this.id}[${quoted(headOf(this.#topology))}]`;
    if (steps.length === 0) return [title];
    const inner = steps.map(({ name }) => `  ${this.#idOf(`step:${name}`)}[${quoted(this.#label(`step:${name}`))}]`);
    return [`subgraph ${title}`, ...inner, 'end'];
  }

  arrows(): string[] {
    const { reads, edges } = this.#topology;
    const silent = reads.filter(({ stream }) => !edges.some(({ from }) => from === `stream:${stream}`));
    return [
      ...new Set([
        ...silent.map(({ stream }) => this.#arrow(`stream:${stream}`, this.id)),
        ...edges.flatMap(edge => this.#arrowsOf(edge)),
        ...unlinkedWrites(this.#topology).map(stream => `${this.id} --> ${this.#streams.idOf(stream)}`),
      ]),
    ];
  }

  /** What flows from a stream to a sink passes no step, but it passes the topology. */
  #arrowsOf({ from, to }: Edge): string[] {
    if (from.startsWith('step:') || to.startsWith('step:')) return [this.#arrow(from, this.#idOf(to))];
    return [this.#arrow(from, this.id), `${this.id} --> ${this.#idOf(to)}`];
  }

  #arrow(from: GraphNode, to: string): string {
    const read = this.#topology.reads.find(({ stream }) => from === `stream:${stream}`);
    const how = read === undefined ? '' : howRead(read, text => `|${quoted(text)}|`);
    return `${this.#idOf(from)} -->${how} ${to}`;
  }

  #idOf(node: GraphNode): string {
    const name = node.slice(node.indexOf(':') + 1);
    if (node.startsWith('stream:')) return this.#streams.idOf(name);
    if (node.startsWith('documents:')) return this.#documents.idOf(name);
    if (node.startsWith('outside:')) return this.#documents.idOf(`outside ${name}`);
    if (node === 'late') return this.#streams.idOf(deadLetters.name);
    return `${this.id}_${this.#topology.steps.findIndex(step => step.name === name)}`;
  }

  #label(node: GraphNode): string {
    return nodeName(this.#topology, node);
  }
}

const quoted = (text: string): string => `"${text.replaceAll('#', '#35;').replaceAll('"', '#quot;')}"`;
