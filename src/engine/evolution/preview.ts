/** What a release would make of the state of a task, found out without doing anything to it. */
import type { Journal } from '../../documents/port.ts';
import type { SchemaRegistry } from '../../stream/registry.ts';
import { evolvedOf, learnOlder, restoreHead } from '../checkpoint.ts';
import { IncompatibleState } from '../errors.ts';
import type { Graph } from '../graph.ts';
import { decodePlan, isOf } from '../plan.ts';
import type { CheckpointHead } from '../state/store.ts';
import type { TaskRuntime } from '../runtime.ts';
import { refuseOtherJournal } from '../recovery-errors.ts';
import type { Evolved } from './evolve.ts';

export interface TaskPreview {
  /** `topology/partition`. */
  readonly task: string;
  /** Whether the state is of another release, as far as it says. */
  readonly evolves: boolean;
  /** Steps, by former name and name of today. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Steps whose state goes; those among them that begin anew are steps of today. */
  readonly dropped: readonly string[];
  /** Steps, and streams that are read or written, for the first time. */
  readonly added: readonly string[];
  /** Streams that are no longer read, or no longer written. */
  readonly left: readonly string[];
  /** Whether another release has an epoch to end first. */
  readonly underWay: boolean;
  /** Why the release would not start, and what to do; null where it would. */
  readonly refused: string | null;
}

interface Surroundings {
  readonly journal: Pick<Journal, 'after' | 'head'>;
  readonly registry: Pick<SchemaRegistry, 'find'>;
}

/** Of one task, whose checkpoint or newest snapshot has this head. */
export async function previewOf(task: TaskRuntime, head: CheckpointHead, around: Surroundings): Promise<TaskPreview> {
  const [next] = await around.journal.after(task.id, head.epoch, 1);
  const base = { task: task.id, underWay: next !== undefined && !isOf(task, decodePlan(task.id, next.plan)) };
  try {
    const evolved = evolvedOf(task, head);
    const body = JSON.stringify(evolved.head);
    await learnOlder(task, { ...head, body }, around.registry);
    restoreHead(task, { ...head, body });
    refuseOtherJournal(task, head.epoch, (await around.journal.head(task.id)) ?? noJournal);
    const isOther = evolved.head.release !== undefined && evolved.head.release !== task.release;
    return { ...base, evolves: isOther, ...changesOf(evolved), refused: null };
  } catch (error) {
    if (!(error instanceof IncompatibleState)) throw error;
    return { ...base, evolves: true, renamed: {}, dropped: [], added: [], left: [], refused: error.message };
  }
}

/** Of all tasks of which there is a state; `headOf` finds it. */
export async function previewsOf(
  graph: Graph,
  around: Surroundings,
  headOf: (task: string) => Promise<CheckpointHead | undefined>,
): Promise<readonly TaskPreview[]> {
  const previews: TaskPreview[] = [];
  for (const { name, tasks } of graph.topologies) {
    for (let partition = 0; partition < tasks; partition++) {
      const head = await headOf(`${name}/${partition}`);
      if (head !== undefined) previews.push(await previewOf(graph.task(name, partition), head, around));
    }
  }
  return previews;
}

/** As a journal is that nobody has written to. */
const noJournal = { lineage: 0, epoch: 0 };

function changesOf({ renamed, dropped, added, left }: Evolved) {
  const isNew = (name: string): boolean => !dropped.has(name) && ![...renamed.values()].includes(name);
  return {
    renamed: Object.fromEntries(renamed),
    dropped: [...dropped],
    added: [...added.steps.filter(isNew), ...added.inputs, ...added.outputs],
    left: [...left.inputs, ...left.outputs],
  };
}
