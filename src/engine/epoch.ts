/** One epoch, the atomic unit of a task's processing, read straight down. The crash tests are made from this list. */
import { Fenced } from '../errors.ts';
import { drainedOf } from './calls/drained.ts';
import { encodeChanges, encodeHead } from './checkpoint.ts';
import { drained } from './drain.ts';
import { IncompatibleState, TaskStopped } from './errors.ts';
import { markOutputs } from './markers.ts';
import { amendPlan, appendPlan, makePlan } from './planning.ts';
import type { Signals } from './operators/signals.ts';
import type { Plan } from './plan.ts';
import type { TaskRunner } from './runner.ts';
import type { TaskRuntime } from './runtime.ts';
import { placesOf, type Pulled, pullNext, pullSpan } from './spans.ts';
import { expectStart, inputOf } from './span-start.ts';
import type { StateChange } from './state/store.ts';

/** An epoch on its way. One that is executed again has its plan from the journal. */
export interface Epoch {
  plan: Plan | undefined;
  pulled: readonly Pulled[];
  /** What it changed in the state, encoded before anything is emitted: then it can still fail. */
  changes: readonly StateChange[];
  /** Its outputs are known to be there: it only brings the state to where it was. */
  readonly muted: boolean;
}

export type EpochStep = (run: TaskRunner, epoch: Epoch) => Promise<void> | void;

/** In this order, each only after the one before it is durable. */
export const steps: readonly EpochStep[] = [pull, plan, prepare, push, drain, flush, checkpoint];

/** Reads what the plan names or, without a plan, a bounded batch of what there is. */
async function pull(run: TaskRunner, epoch: Epoch): Promise<void> {
  const { task, transport, limits } = run;
  task.throwFailure('what came after the end');
  if (epoch.plan === undefined) epoch.pulled = await pullNext(task, transport, limits, run.now());
  else epoch.pulled = await Promise.all(epoch.plan.spans.map(span => pullSpan(transport, span)));
}

/** Decides everything that the log does not determine, and writes it down before anything is emitted. */
async function plan(run: TaskRunner, epoch: Epoch): Promise<void> {
  if (epoch.plan !== undefined) return;
  const made = await makePlan(run, epoch.pulled);
  await appendPlan(run, made);
  epoch.plan = made;
}

/** Loads what the plan's signals name: large things come from ports, not through the journal. */
async function prepare(run: TaskRunner, epoch: Epoch): Promise<void> {
  const { task, leisure } = run;
  for (const [name, values] of Object.entries(planOf(task, epoch).signals ?? {}))
    await leisure.unlessStopped(name, () => signalsOf(task, name).prepare(values, leisure.signal));
}

/** Pushes signals, then the records through the pipe, one by one; event time advances and timers fire between records. */
async function push(run: TaskRunner, epoch: Epoch): Promise<void> {
  const { task } = run;
  const made = planOf(run.task, epoch);
  task.open(made);
  task.eventTime.begin(made);
  for (const name of Object.keys(made.signals ?? {})) signalsOf(task, name).push();
  for (const step of task.steps.values()) step.beginEpoch?.();
  task.throwFailure('the beginning');
  for (const { span, batches } of epoch.pulled) {
    const input = inputOf(task, span.stream);
    const position = input.position(span.partition);
    expectStart(task, span, position);
    for (const batch of batches) input.push(task, position, span, batch, made.skip);
    position.offset = span.to;
    position.activeAt = made.clock;
  }
  for (const { position } of placesOf(task)) if (position.activeAt === -Infinity) position.activeAt = made.clock;
  task.cursor.isApart = true;
  task.eventTime.elapse(made.clock);
  const now = meterClock(task);
  for (const [name, step] of task.endings) {
    const begun = now();
    const work = step.endEpoch(run.leisure);
    // Whatever is not awaited for a reason is not awaited: a promise of the topology's own could emit meanwhile.
    if (work !== undefined) await work;
    noteEnd(task, name, begun);
  }
  for (const tick of task.ticks) tick();
  task.throwFailure('the end');
  task.emitting = false;
}

const noClock = (): number => 0;
const meterClock = ({ meter }: TaskRuntime): (() => number) => meter?.now ?? noClock;

/** Of a task that is counted: the end of an epoch takes a step its time, too. */
function noteEnd({ meter, failure }: TaskRuntime, step: string, begun: number): void {
  meter?.ended(meter.of(`step:${step}`), begun, failure?.error);
}

/** Waits for the asynchronous operators. Their results are journalled first, because nothing else determines them. */
async function drain(run: TaskRunner, epoch: Epoch): Promise<void> {
  const { task } = run;
  task.throwFailure('what came after the end');
  if (task.drains.length === 0) return;
  const before = planOf(run.task, epoch);
  const made = await drained(task, before, run.calls);
  if (made !== before) {
    epoch.plan = { ...made, fence: run.fence };
    await amendPlan(run, epoch.plan);
  }
  task.emitting = true;
  for (const { name, tell } of task.drains) tell(drainedOf(made, name));
  task.throwFailure('an asynchronous step');
  task.emitting = false;
}

/** Documents first, then records: whoever reads a record finds the documents that belong to it. */
async function flush(run: TaskRunner, epoch: Epoch): Promise<void> {
  const { task, documents, transport } = run;
  markOutputs(task, planOf(run.task, epoch));
  epoch.changes = encodeChanges(task);
  refuseStateAhead(run, epoch);
  if (epoch.muted) return;
  if (task.documents.size > 0) await documents.write(task.documents.all());
  await run.leisure.unlessStopped('a sink', () => task.deliveries.flush(task, run.leisure.signal));
  // What a cut names has to be there before the record that holds the cut: an append is not atomic.
  const [named, naming] = [false, true].map(cuts =>
    [...task.outputs.values()]
      .filter(({ stream }) => (stream.cut !== undefined) === cuts)
      .flatMap(output => output.appends()),
  );
  for (const appends of [named ?? [], naming ?? []]) if (appends.length > 0) await transport.append(appends);
}

/**
 * Whoever took the task over with its disk may have committed while this one stood: what was read of the state since then
 * is of a later epoch, and what came of it is not what the successor wrote. Nothing of the state is read after this.
 */
function refuseStateAhead({ task, store, fence }: TaskRunner, epoch: Epoch): void {
  const before = planOf(task, epoch).epoch - 1;
  const stored = store.head(task.id) ?? { fence: 0, epoch: 0 };
  if (stored.epoch === before && stored.fence <= fence) return;
  throw new Fenced(
    `${task.id}: the state that epoch ${before + 1} was to go on from is of epoch ${stored.epoch} under fence ${stored.fence}, and this process has fence ${fence}`,
    'Stop: another process has the task',
  );
}

/** State, positions and sequences in one local transaction, which an older fence cannot make. */
function checkpoint(run: TaskRunner, epoch: Epoch): void {
  const { task, store, fence } = run;
  task.throwFailure('the flush');
  const made = planOf(run.task, epoch);
  const head = { fence, epoch: made.epoch, body: encodeHead(task) };
  store.commit(task.id, head, epoch.changes);
  task.meter?.committed();
  run.committed(head);
  if (epoch.muted) return;
  for (const [name, values] of Object.entries(made.signals ?? {})) signalsOf(task, name).taken(values);
}

function signalsOf(task: TaskRuntime, name: string): Signals {
  const signals = task.signals.get(name);
  if (signals !== undefined) return signals;
  throw new IncompatibleState(
    `The journal of ${task.id} has signals for '${name}', which the topology no longer has`,
    'Run the release that wrote it until the task stands still, and then this one',
  );
}

/** The plan of an epoch that has one by now. */
export function planOf(task: TaskRuntime, epoch: Epoch): Plan {
  if (epoch.plan !== undefined) return epoch.plan;
  throw new TaskStopped(`${task.id}: a step ran before its plan`, 'This is a defect of Millrace: please report it');
}
