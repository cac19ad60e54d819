import type { Millis } from '../stream/time.ts';
import { keyOf } from './event-time.ts';
import { markerInterval } from './markers.ts';
import { encodePlan, type Plan } from './plan.ts';
import type { TaskRuntime } from './runtime.ts';
import type { TaskRunner } from './runner.ts';
import { placesOf, type Pulled } from './spans.ts';

/** The plan of the next epoch, from what was pulled and one reading of the clock. */
export async function makePlan(run: TaskRunner, pulled: readonly Pulled[]): Promise<Plan> {
  const { task, fence } = run;
  const clock = run.now();
  return {
    epoch: task.epoch + 1,
    fence,
    release: task.release,
    spans: pulled.map(({ span }) => span),
    idle: idleInputs(task, pulled, clock),
    clock,
    caughtUp: await isCaughtUp(run, pulled),
    skip: [],
    notBefore: await endsOf(run, task.cutStreams),
    results: {},
    ...signalsOf(task),
  };
}

/** What sources of signals have ready: once it is in the plan, it is decided. */
function signalsOf(task: TaskRuntime): Pick<Plan, 'signals'> {
  const signals = [...task.signals].map(([name, source]) => [name, [...source.ready()]] satisfies [string, string[]]);
  const some = signals.filter(([, values]) => values.length > 0);
  return some.length === 0 ? {} : { signals: Object.fromEntries(some) };
}

/** Appends the plan by compare-and-set. Trying again after a lost answer is harmless: the journal knows its newest plan. */
export async function appendPlan(run: TaskRunner, plan: Plan): Promise<void> {
  const { task, documents, fence } = run;
  const entry = { epoch: plan.epoch, plan: encodePlan(plan) };
  await run.retrying('plan', () => documents.journal.append(task.id, fence, entry));
}

/** Replaces the newest plan, of which nothing was emitted. Trying again is harmless: it is the same replacement. */
export async function amendPlan(run: TaskRunner, plan: Plan): Promise<void> {
  const { task, documents, fence } = run;
  const entry = { epoch: plan.epoch, plan: encodePlan(plan) };
  await run.retrying('plan', () => documents.journal.amend(task.id, fence, entry));
}

/** Inputs from outside that have been at the end of their log for long enough; never one that is catching up. */
function idleInputs(task: TaskRuntime, pulled: readonly Pulled[], clock: Millis): string[] {
  // Who holds its intake back does not know whether there is nothing.
  if (task.isFull) return [...task.eventTime.idle];
  const busy = new Set([...task.held, ...pulled.map(({ span }) => `${span.stream}/${span.partition}`)]);
  return placesOf(task)
    .filter(({ input, position }) => {
      const quiet = clock - position.activeAt >= input.idleAfter;
      return input.outside && quiet && position.activeAt > -Infinity && !busy.has(keyOf(input, position));
    })
    .map(({ input, position }) => keyOf(input, position));
}

/**
 * Whether the epoch reads what there was when it was pulled. Under a steady load something has always come since; so
 * the log is asked, which on a broker is a request, only for a partition whose share of the epoch was full.
 */
async function isCaughtUp({ task, transport }: TaskRunner, pulled: readonly Pulled[]): Promise<boolean> {
  if (![...task.steps.values()].some(({ kind }) => kind === 'stateful')) return false;
  if (task.isFull || task.held.size > 0) return false;
  const full = pulled.filter(({ span, toEnd }) => !toEnd && span.only === undefined);
  const ends = await Promise.all(
    full.map(({ span: { stream: topic, partition } }) => transport.bounds({ topic, partition })),
  );
  return full.every(({ span }, n) => (ends[n]?.end ?? 0) <= span.to);
}

async function endsOf(run: TaskRunner, streams: ReadonlySet<string>): Promise<Record<string, number>> {
  const places = [...streams].flatMap(topic =>
    (run.task.outputs.get(topic)?.positions ?? []).map((_, partition) => ({ topic, partition })),
  );
  const ends = await Promise.all(
    places.map(async at => [`${at.topic}/${at.partition}`, (await run.transport.bounds(at)).end] as const),
  );
  return Object.fromEntries(ends);
}

/**
 * When an epoch without records is worth its cost: the clock reading at which an input turns idle, a timer is
 * reached or a marker is due. Infinity if only records can bring news.
 */
export function nextTimeEpoch(task: TaskRuntime): Millis {
  const { eventTime } = task;
  const timed = [...task.outputs.values()].filter(output => output.timed);
  let due = Math.min(task.due, task.wakes);
  if (task.isFull || (eventTime.nextTimer === Infinity && timed.length === 0)) return due;
  due = Math.min(due, nextIdle(task));
  const since = eventTime.idleSince;
  if (since === null || !eventTime.everythingIdle()) return due;
  const base = eventTime.idleTime(since);
  if (base === -Infinity) return due;
  due = Math.min(due, since + Math.max(0, eventTime.nextTimer - base));
  for (const { marked, markedAt } of timed.flatMap(output => output.positions)) {
    // A marker that says nothing new is not written, so the epoch for it would be repeated at once.
    if (task.hold <= marked) continue;
    const passed = since + (marked + task.lag - base) + 1;
    due = Math.min(due, Math.max(markedAt + markerInterval, passed));
  }
  return due;
}

/** When the next input turns idle that is not, and does not wait for others. */
function nextIdle(task: TaskRuntime): Millis {
  let next = Infinity;
  for (const { input, position } of placesOf(task)) {
    const name = keyOf(input, position);
    if (!input.outside || task.eventTime.idle.has(name) || task.held.has(name)) continue;
    // -Infinity before the first epoch, which is due at once: idleness is counted from there.
    next = Math.min(next, position.activeAt + input.idleAfter);
  }
  return next;
}
