/** Answers for the state of a key: from here where the task is owned here, else by its owner, asked once. */
import type { Journal } from '../../documents/port.ts';
import { partitionOf } from '../../transport/partitioner.ts';
import type { Graph } from '../graph.ts';
import type { CommittedState, CommittedValue, StateAddress } from './committed.ts';
import { NotTheOwner, UnknownState } from './errors.ts';
import type { Owners } from './owners.ts';

/** A question as it comes: the task is that of the key's partition, unless one is named. */
export interface StateQuestion extends Omit<StateAddress, 'partition'> {
  readonly partition?: number | undefined;
  /** Whether another process has asked it on already: then it goes no further. */
  readonly forwarded: boolean;
}

/** An answer, and under which fence the task was owned by who gave it. */
export interface StateAnswer extends CommittedValue {
  readonly fence: number;
}

export interface StateParts {
  readonly graph: Graph;
  readonly journal: Pick<Journal, 'head'>;
  readonly owners: Pick<Owners, 'find'>;
  /** Fences of the tasks that this process runs, as far as it knows; empty where it runs none. */
  readonly held: () => ReadonlyMap<string, number>;
  /** Absent where no task can run here. */
  readonly committed?: Pick<CommittedState, 'read'>;
}

/** Either the answer, or where to ask for it: whoever forwards knows HTTP. */
export type Asked = { readonly answer: StateAnswer } | { readonly task: string; readonly address: string };

/**
 * A process that was stopped for a while believes in what it owned. So its fence is compared with the journal's, after
 * the state was read: whoever has taken the task over by then has a greater one there.
 * @throws {NotTheOwner} {UnknownState} {StateNotReadable} {Unavailable}
 */
export async function askState(parts: StateParts, question: StateQuestion): Promise<Asked> {
  const at = addressOf(parts.graph, question);
  const task = `${at.topology}/${at.partition}`;
  const fence = parts.held().get(task);
  if (fence !== undefined && parts.committed !== undefined) {
    const read = parts.committed.read(at);
    const head = await parts.journal.head(task);
    if (head?.fence === fence) return { answer: { ...read, fence } };
  }
  if (question.forwarded) throw new NotTheOwner(task, 'this process does not own it any more, or not yet');
  const owner = await parts.owners.find(task);
  if (owner === undefined) throw new NotTheOwner(task, 'nobody has said that it owns it and where it answers');
  if (owner.fence === fence) throw new NotTheOwner(task, 'another process is about to take it over');
  return { task, address: owner.address };
}

function addressOf(graph: Graph, { topology, step, key, partition }: StateQuestion): StateAddress {
  const known = graph.topologies.find(({ name }) => name === topology);
  if (known === undefined)
    throw new UnknownState(
      `There is no topology '${topology}'`,
      `Ask about one of ${graph.topologies.map(({ name }) => name).join(', ')}`,
    );
  if (partition !== undefined && partition >= known.tasks)
    throw new UnknownState(
      `Topology '${topology}' has ${known.tasks} tasks, and none of number ${partition}`,
      'Tasks are numbered from 0',
    );
  return { topology, step, key, partition: partition ?? partitionOf(key, known.tasks) };
}
