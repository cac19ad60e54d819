/**
 * The way of records through the topologies: from those that have a key or a trace to the epochs that read them, to what
 * those epochs wrote of them, and on. Read off the log and the journals; nothing is asked of any task.
 */
import type { Journal } from '../../documents/port.ts';
import type { Graph, TopologyGraph } from '../../engine/graph.ts';
import { deadLetters } from '../../stream/dead-letter.ts';
import { Decoder } from '../../stream/decoder.ts';
import { placeOf } from '../log-look.ts';
import type { Reading, Trace, TracedRecord } from './found.ts';
import { Journals, type JournalsOptions } from './journals.ts';
import { scan, type Scanned, type ScanOptions } from './scan.ts';

export interface TraceOptions extends Pick<ScanOptions, 'within'> {
  readonly transport: ScanOptions['transport'] & JournalsOptions['transport'];
  readonly graph: Graph;
  readonly journal: Pick<Journal, 'head' | 'after'>;
  /** A key of records, a trace context (W3C), or the trace id in one. */
  readonly asked: string;
  /** Records that are told. */
  readonly most: number;
}

type Because = TracedRecord['because'];

export async function traceOf(options: TraceOptions): Promise<Trace> {
  const { graph, asked, most } = options;
  const walk = new Walk(options);
  const topics = [
    ...new Set(graph.topologies.flatMap(({ reads, writes }) => [...reads.map(read => read.stream), ...writes])),
  ];
  let found = await walk.matching(topics, record => (isAsked(record, asked) ? 'asked' : undefined));
  // Each round goes one topology further; a way has no more of them than there are.
  for (let round = 0; found.length > 0 && round <= graph.topologies.length && !walk.isFull; round++) {
    const made = madeOf(found);
    found = await walk.matching(walk.writtenBy(found), (record, letter) => made(record, letter));
  }
  return { asked, records: walk.records, more: walk.records.length >= most, cut: walk.cut };
}

/** `00-TRACE-SPAN-FLAGS`: whoever knows a trace knows its id. */
const isAsked = ({ record }: Scanned, asked: string): boolean => {
  if (record.key() === asked) return true;
  const trace = record.trace();
  return trace !== '' && (trace === asked || trace.split('-')[1] === asked);
};

/**
 * What the epochs that read these records wrote of them: it carries their trace or, where they have none, the moment at
 * which they entered the log. Several that entered in one millisecond cannot be told apart so, and are all told.
 */
function madeOf(found: readonly TracedRecord[]): (scanned: Scanned, letter: string | undefined) => Because | undefined {
  const traces = new Set<string>();
  const origins = new Set<string>();
  const letters = new Set(found.map(record => `${placeOf(record)}@${record.offset}`));
  for (const { trace, origin, readBy } of found)
    for (const { task, epoch } of readBy)
      if (epoch !== null)
        (trace === '' ? origins : traces).add(JSON.stringify([task, epoch, trace === '' ? origin : trace]));
  return ({ record }, letter) => {
    const { producer, epoch, origin } = record;
    if (letter !== undefined) return letters.has(letter) ? 'letter' : undefined;
    if (traces.has(JSON.stringify([producer, epoch, record.trace()]))) return 'trace';
    return origins.has(JSON.stringify([producer, epoch, origin])) ? 'origin' : undefined;
  };
}

class Walk {
  readonly records: TracedRecord[] = [];
  readonly #options: TraceOptions;
  readonly #journals: Journals;
  readonly #letters = new Decoder(deadLetters.schema);
  readonly #told = new Set<string>();
  readonly #cut = new Set<string>();

  constructor(options: TraceOptions) {
    this.#options = options;
    this.#journals = new Journals(options);
  }

  get isFull(): boolean {
    return this.records.length >= this.#options.most;
  }

  get cut(): readonly string[] {
    return [...this.#cut];
  }

  /** Records of these topics that nobody has told of yet and that belong to the way. */
  async matching(
    topics: readonly string[],
    because: (scanned: Scanned, letter: string | undefined) => Because | undefined,
  ): Promise<readonly TracedRecord[]> {
    const found: TracedRecord[] = [];
    for (const topic of topics) {
      const options = { ...this.#options, cut: (place: string) => void this.#cut.add(place) };
      for await (const scanned of scan(topic, options)) {
        const letter = topic === deadLetters.name ? this.#letterIn(scanned) : undefined;
        const why = because(scanned, letter?.of);
        if (why === undefined || !this.#isNew(scanned)) continue;
        if (this.isFull) return found;
        const record = await this.#recordOf(scanned, why, letter?.reason ?? null);
        this.records.push(record);
        found.push(record);
      }
    }
    return found;
  }

  /** Topics that the topologies which read these records write. */
  writtenBy(found: readonly TracedRecord[]): readonly string[] {
    const readers = new Set(
      found.flatMap(({ readBy }) => readBy.map(({ task }) => task.slice(0, task.lastIndexOf('/')))),
    );
    return [
      ...new Set(this.#options.graph.topologies.flatMap(({ name, writes }) => (readers.has(name) ? writes : []))),
    ];
  }

  #isNew({ at, record }: Scanned): boolean {
    const place = `${placeOf(at)}@${record.offset}`;
    if (this.#told.has(place)) return false;
    this.#told.add(place);
    return true;
  }

  #letterIn({ record }: Scanned): { readonly of: string; readonly reason: string } | undefined {
    const value = this.#letters.decode(record.bytes, record.valueStart, record.valueEnd);
    return value && { of: `${placeOf(value)}@${value.offset}`, reason: value.reason };
  }

  async #recordOf(
    { at, record, repeated }: Scanned,
    because: Because,
    deadLetter: string | null,
  ): Promise<TracedRecord> {
    const { offset, origin, producer, epoch, sequence } = record;
    const writer = producer === '' ? null : { task: producer, epoch, sequence };
    const base = {
      ...at,
      offset,
      key: record.key(),
      origin,
      trace: record.trace(),
      writer,
      repeated,
      because,
      deadLetter,
    };
    const readBy: Reading[] = [];
    for (const topology of this.#options.graph.topologies)
      for (const task of readersOf(topology, at)) {
        const reading = await this.#journals.readingOf({ topology: topology.name, task }, at, offset);
        readBy.push({ ...reading, steps: stepsAfter(topology, at.topic) });
      }
    return { ...base, readBy };
  }
}

/** The tasks of a topology that read a partition. */
function readersOf({ name, tasks, reads }: TopologyGraph, { topic, partition }: Scanned['at']): readonly string[] {
  const read = reads.find(({ stream }) => stream === topic);
  if (read === undefined) return [];
  if (!read.all) return [`${name}/${partition}`];
  return Array.from({ length: tasks }, (_, task) => `${name}/${task}`);
}

/** Those that something of the stream can come to. */
function stepsAfter({ steps, edges }: TopologyGraph, stream: string): readonly string[] {
  const after = new Set([`stream:${stream}`]);
  for (const node of after)
    for (const { from, to } of edges) if (from === node && !to.startsWith('stream:')) after.add(to);
  return steps.map(({ name }) => name).filter(name => after.has(`step:${name}`));
}
