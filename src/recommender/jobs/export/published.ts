/** The model as its newest published version has it: exactly the vectors that versions name, read from the log. */
import type { ItemVector, ModelVersion, UserVector } from '../../../../schemas/types.ts';
import { itemVectors, modelVersions, userVectors } from '../../../../topologies/streams.ts';
import { MillraceError } from '../../../errors.ts';
import { inCandidate } from '../../domain/experiment.ts';
import type { Cut } from '../../../stream/cut.ts';
import { type LogPorts, recordsWithValues, valuesOf } from '../../../stream/log-values.ts';
import type { Stream } from '../../../stream/stream.ts';

/** Nothing has been learnt that could be exported. */
export class NoModel extends MillraceError {
  readonly code = 'NO_MODEL';
}

export type Vector = UserVector | ItemVector;

export interface PublishedModel {
  readonly version: ModelVersion;
  /** By id, in ascending order. */
  readonly users: readonly UserVector[];
  readonly items: readonly ItemVector[];
}

/**
 * The state of the newest version in the log, while others may be written: a version comes after its vectors, so that
 * what no version read here names is left out, and all that one names is there. Holds every vector. While an experiment
 * runs a user's vector is of the generation that serves the user, and an item's names both. @throws {NoModel}
 */
export async function publishedModel(ports: LogPorts): Promise<PublishedModel> {
  const named = new NamedVectors();
  let version: ModelVersion | undefined;
  for await (const next of valuesOf(ports, modelVersions)) {
    version = next;
    named.add(next.cut);
  }
  if (version === undefined)
    throw new NoModel('The log holds no model version', 'Learn one first: millrace run --until-caught-up');
  const { generation, candidate } = version;
  const serving = (user: string): number =>
    candidate !== null && inCandidate(user, candidate.generation, candidate.share) ? candidate.generation : generation;
  return {
    version,
    users: await newestOf(ports, userVectors, { named, generationOf: serving }),
    items: await newestOf(ports, itemVectors, { named, generationOf: () => generation }),
  };
}

interface Wanted {
  readonly named: NamedVectors;
  /** Vectors of two generations never meet. */
  readonly generationOf: (id: string) => number;
}

async function newestOf<V extends Vector>(
  ports: LogPorts,
  stream: Stream<V>,
  { named, generationOf }: Wanted,
): Promise<V[]> {
  const newest = new Map<string, V>();
  for await (const { at, record, value } of recordsWithValues(ports, stream)) {
    if (value.generation !== generationOf(value.id) || !named.has(at, record)) continue;
    const known = newest.get(value.id);
    if (known === undefined || known.number < value.number) newest.set(value.id, value);
  }
  return [...newest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface Span {
  readonly first: number;
  next: number;
}

/** Sequences that cuts name, by producer, lineage and partition. Cuts that follow one another make one span. */
class NamedVectors {
  readonly #spans = new Map<string, Span[]>();

  add({ producer, lineage, wrote }: Cut): void {
    for (const { stream: topic, partition, first, next } of wrote) {
      const key = keyOf({ topic, partition }, { producer, lineage });
      const spans = this.#spans.get(key) ?? [];
      this.#spans.set(key, spans);
      const last = spans.at(-1);
      if (last?.next === first) last.next = next;
      else spans.push({ first, next });
    }
  }

  has(
    at: { readonly topic: string; readonly partition: number },
    record: { readonly producer: string; readonly lineage: number; readonly sequence: number },
  ): boolean {
    const spans = this.#spans.get(keyOf(at, record)) ?? [];
    return spans.some(({ first, next }) => first <= record.sequence && record.sequence < next);
  }
}

const keyOf = (
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { producer, lineage }: { readonly producer: string; readonly lineage: number },
): string => JSON.stringify([topic, partition, producer, lineage]);
