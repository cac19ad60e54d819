/** What a checkpoint holds beside the state of the steps: positions, sequences, event time, identities. */
import { Unavailable } from '../errors.ts';
import type { SchemaRegistry } from '../stream/registry.ts';
import type { Millis } from '../stream/time.ts';
import type { Offset } from '../transport/port.ts';
import { z } from 'zod';
import { IncompatibleState, TaskStopped } from './errors.ts';
import { type Evolved, evolve } from './evolution/evolve.ts';
import { type Head, headSchema, readTime, written } from './head.ts';
import { type Position, startOf } from './position.ts';
import { StateAway } from './state-away.ts';
import type { CheckpointHead, StateChange, StateEntry, StateStore } from './state/store.ts';
import { reasonOf } from './record-failed.ts';
import type { TaskRuntime } from './runtime.ts';
import type { Step } from './step.ts';

const readsOlder = (step: Step, stored: string): boolean =>
  stored.startsWith(`${step.kind} `) && step.reads?.(stored.slice(step.kind.length + 1)) === true;

const identityOf = (kind: string, identity: string): string => (identity === '' ? kind : `${kind} ${identity}`);

/** How far each partition of each input has been read, by the name of its stream. */
export type InputPositions = Readonly<
  Record<string, readonly { readonly partition: number; readonly offset: Offset }[]>
>;

/** What a head says of it, for who looks at a snapshot without running its task. */
export const snapshotInputs = (body: string): InputPositions => headSchema.parse(JSON.parse(body)).inputs;

/** What a head says of its task, for who reads its state without running it. */
export function factsOf(
  task: string,
  stored: Pick<CheckpointHead, 'body'>,
): {
  readonly watermark: Millis | null;
  /** Kind and identity of each step that has ever been part of a checkpoint. */
  readonly steps: Readonly<Record<string, string>>;
} {
  const { watermark, steps } = decodeHead({ id: task }, stored);
  const reached = readTime(watermark);
  return { watermark: Number.isFinite(reached) ? reached : null, steps };
}

/** The head of the checkpoint that ends the open epoch. */
export function encodeHead(task: TaskRuntime): string {
  const { eventTime, retired } = task;
  const { rekeyed = {} } = task.evolution;
  const value: Head = {
    lineage: task.lineage,
    release: task.release,
    tasks: task.tasks,
    clock: written(task.plan?.clock ?? -Infinity),
    watermark: written(eventTime.watermark),
    idle: [...eventTime.idle],
    idleSince: eventTime.idleSince,
    steps: Object.fromEntries([...task.steps].map(([name, { kind, identity }]) => [name, identityOf(kind, identity)])),
    ...(isEmpty(rekeyed) ? {} : { keys: rekeyed }),
    inputs: Object.fromEntries([...task.inputs].map(([name, input]) => [name, input.positions.map(writtenPosition)])),
    outputs: Object.fromEntries(
      [...task.outputs].map(([name, output]) => [
        name,
        output.positions.map(({ marked, markedAt }, partition) => ({
          sequence: output.nextSequence(partition),
          marked: written(marked),
          markedAt: written(markedAt),
        })),
      ]),
    ),
    ...(isEmpty(retired.inputs) && isEmpty(retired.outputs) ? {} : { retired }),
  };
  return JSON.stringify(value);
}

/** What the open epoch changed in the state of the steps. Throws `TaskStopped` where that cannot be encoded. */
export function encodeChanges(task: TaskRuntime): StateChange[] {
  return [...task.steps].flatMap(([name, step]) => {
    try {
      return Array.from(step.changes(), ([key, value]) => ({ step: name, key, value }));
    } catch (cause) {
      throw new TaskStopped(
        `${task.id}: the state of '${name}' cannot be stored: ${reasonOf(cause)}`,
        'Give the step a codec that can write its state; nothing of the epoch was emitted',
        { cause },
      );
    }
  });
}

const isEmpty = (record: object): boolean => Object.keys(record).length === 0;

/** What a checkpoint, of this release or a former one, is to this one. Throws `IncompatibleState` where it is nothing to it. */
export function evolvedOf(task: TaskRuntime, stored: CheckpointHead): Evolved {
  const found = decodeHead(task, stored);
  refuseOtherTasks(task, found);
  const evolved = evolve(task, found);
  refuseOtherInputs(task, evolved.head);
  return evolved;
}

/** Brings positions, sequences and event time of a task to where a checkpoint left them. Answers its clock. */
export function restoreHead(task: TaskRuntime, stored: CheckpointHead): number {
  const value = decodeHead(task, stored);
  refuseOtherSteps(task, value);
  task.epoch = stored.epoch;
  task.lineage = value.lineage;
  task.retired = value.retired ?? { inputs: {}, outputs: {} };
  task.eventTime.watermark = readTime(value.watermark);
  task.eventTime.idle = new Set(value.idle);
  task.eventTime.idleSince = value.idleSince;
  restoreInputs(task, value);
  restoreOutputs(task, value);
  return readTime(value.clock);
}

/** Lets steps find out how to read what they had stored under another identity; before `restoreHead`. */
export async function learnOlder(
  task: TaskRuntime,
  stored: CheckpointHead,
  registry: Pick<SchemaRegistry, 'find'>,
): Promise<void> {
  for (const [name, identity] of Object.entries(decodeHead(task, stored).steps)) {
    const step = task.steps.get(name);
    if (step === undefined || identity === identityOf(step.kind, step.identity)) continue;
    await step.learn?.(identity.slice(step.kind.length + 1), registry);
  }
}

/** Gives the steps that leave their entries in the checkpoint what they read them with. */
export function attachSteps(task: TaskRuntime, store: Pick<StateStore, 'get' | 'range' | 'rangeBack'>): void {
  const { id, steps } = task;
  const pairs = (entries: readonly StateEntry[]) => entries.map(({ key, value }) => [key, value] as const);
  for (const [name, step] of steps)
    step.attach?.({
      get: key => readIn(task, () => store.get(id, name, key)),
      range: (from, limit, before) => readIn(task, () => pairs(store.range(id, name, from, limit, before))),
      rangeBack: (range, limit) => readIn(task, () => pairs(store.rangeBack(id, name, range, limit))),
    });
}

/** Inside an epoch it fails also where the topology catches what a read throws: it would go on with what is not so. */
function readIn<R>(task: TaskRuntime, read: () => R): R {
  try {
    return read();
  } catch (error) {
    if (task.plan === undefined || !(error instanceof Unavailable)) throw error;
    const away = new StateAway(error, read);
    task.fail(away);
    throw away;
  }
}

/** Loads the state of every step that keeps it in memory; the head has been restored before. */
export function restoreSteps(task: TaskRuntime, store: StateStore): void {
  for (const [name, step] of task.steps) {
    const { restores: some } = step;
    const entries = some === undefined ? store.entries(task.id, name) : stretch(store, task.id, name, some);
    for (const { key, value } of entries) step.restore(key, value, task.eventTime.watermark);
  }
  for (const step of task.steps.values()) step.restored();
  task.eventTime.derive();
}

function* stretch(store: StateStore, task: string, step: string, { from, before }: Required<Step>['restores']) {
  for (let next = from; ;) {
    const page = store.range(task, step, next, stretchPage, before);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < stretchPage) return;
    next = `${last.key}\0`;
  }
}

const stretchPage = 1_000;

function decodeHead(task: Pick<TaskRuntime, 'id'>, stored: Pick<CheckpointHead, 'body'>): Head {
  const parsed = headSchema.safeParse(JSON.parse(stored.body));
  if (parsed.success) return parsed.data;
  throw incompatible(task, `cannot be read: ${z.prettifyError(parsed.error)}`);
}

function refuseOtherSteps(task: TaskRuntime, value: Head): void {
  for (const [name, stored] of Object.entries(value.steps)) {
    const step = task.steps.get(name);
    if (step === undefined)
      throw undeclared(task, `has state of a step '${name}', which the topology no longer has`, waysOfStep(name));
    const identity = identityOf(step.kind, step.identity);
    if (identity !== stored && !readsOlder(step, stored)) throw otherStep(task, name, differenceOf(stored, identity));
  }
}

/** Where a partition of before is two of now, keys have moved to tasks that know nothing of them. */
function refuseOtherTasks({ id, tasks: now }: Pick<TaskRuntime, 'id' | 'tasks'>, { tasks }: Pick<Head, 'tasks'>): void {
  if (tasks !== undefined && tasks !== now) throw otherCount({ id }, `is one of ${tasks} tasks`, now);
}

/** The same for a task that has no checkpoint, from the one of another task of its topology. */
export function refuseOtherCount(id: string, body: string, tasks: number): void {
  refuseOtherTasks({ id, tasks }, headSchema.parse(JSON.parse(body)));
}

function refuseOtherInputs(task: TaskRuntime, value: Head): void {
  for (const [name, positions] of Object.entries(value.inputs)) {
    const input = task.inputs.get(name);
    if (input === undefined)
      throw undeclared(task, `has read '${name}', which the topology no longer reads`, `\`{ unread: ['${name}'] }\``);
    if (input.positions.length !== positions.length)
      throw otherCount(task, `has read ${positions.length} partitions of '${name}'`, input.positions.length);
  }
}

function restoreInputs(task: TaskRuntime, value: Head): void {
  for (const [name, input] of task.inputs) {
    const stored = value.inputs[name];
    if (stored === undefined) {
      // Read for the first time by this release of the topology: an epoch that failed leaves nothing of it.
      input.positions = input.positions.map(({ partition }) => startOf(partition));
      continue;
    }
    input.positions = stored.map(({ newest, activeAt, applied, producers, ...rest }) => ({
      ...rest,
      applied: applied ?? rest.offset - 1,
      newest: readTime(newest),
      activeAt: readTime(activeAt),
      producers: new Map(Object.entries(producers).map(([id, at]) => [id, { ...at, mark: readTime(at.mark) }])),
      mark: -Infinity,
    }));
  }
}

function restoreOutputs(task: TaskRuntime, value: Head): void {
  for (const [name, output] of task.outputs) {
    const stored = value.outputs[name];
    if (stored === undefined) {
      output.begin(); // written for the first time by this release of the topology
      continue;
    }
    if (stored.length !== output.positions.length) {
      throw otherCount(task, `has written ${stored.length} partitions of '${name}'`, output.positions.length);
    }
    output.positions = stored.map(({ sequence, marked, markedAt }) => ({
      sequence,
      marked: readTime(marked),
      markedAt: readTime(markedAt),
    }));
  }
}

/** In one order, whether the task was restored or not: a standby's checkpoint is its owner's to the byte. */
function writtenPosition({ partition, from, offset, newest, activeAt, applied, fingerprint, producers }: Position) {
  return {
    partition,
    from,
    offset,
    newest: written(newest),
    activeAt: written(activeAt),
    applied,
    fingerprint,
    producers: Object.fromEntries([...producers].map(([id, at]) => [id, { ...at, mark: written(at.mark) }])),
  };
}

const otherStep = (task: TaskRuntime, name: string, [stored, now]: readonly [string, string]): IncompatibleState =>
  new IncompatibleState(
    `The checkpoint of ${task.id} has '${name}' as '${stored}', the topology as '${now}'`,
    'Run the release that wrote it, or say how to read it (`migrate` of its codec), or run with its settings (`millrace doctor` says where each comes from), or compute it anew with these beside it (`millrace replay --into NAME`, then `millrace replay switch NAME`), or begin in another folder (--data)',
  );

/** Letters shown of an identity: all settings of a step may stand in it. */
const shownBefore = 40;
const shownAfter = 60;

/** Both from shortly before the first letter that differs. */
function differenceOf(a: string, b: string): [string, string] {
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++;
  const from = Math.max(0, same - shownBefore);
  const excerpt = (text: string): string =>
    `${from > 0 ? '…' : ''}${text.slice(from, same + shownAfter)}${text.length > same + shownAfter ? '…' : ''}`;
  return [excerpt(a), excerpt(b)];
}

const incompatible = (task: Pick<TaskRuntime, 'id'>, what: string, remedy = anew): IncompatibleState =>
  new IncompatibleState(`The checkpoint of ${task.id} ${what}`, remedy);

const otherCount = (task: Pick<TaskRuntime, 'id'>, was: string, now: number): IncompatibleState =>
  incompatible(task, `${was}, now there are ${now}`, `Keys have moved to other partitions: ${anew}`);

const anew = 'Run the release that wrote it, or backfill into a fresh namespace with `millrace replay --into`';

const undeclared = (task: TaskRuntime, what: string, declaration: string): IncompatibleState =>
  incompatible(task, what, `${anew}, or declare what became of it: ${declaration} (docs/guide/evolution.md)`);

const waysOfStep = (name: string): string => `\`{ removed: ['${name}'] }\` or \`{ renamed: { '${name}': 'NEW' } }\``;
