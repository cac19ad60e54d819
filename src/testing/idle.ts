import { keyOf } from '../engine/event-time.ts';
import type { TaskRuntime } from '../engine/runtime.ts';
import { placesOf } from '../engine/spans.ts';
import type { Millis } from '../stream/time.ts';
import type { Random } from './random.ts';

/**
 * Where the wall clock stops next on its way: exactly where an input turns idle, since event time goes on from
 * there, and where a step is due by the clock, since that is what a test of it asks for; else wherever chance wills, like a process that is not always given its turn.
 */
export function nextStop(tasks: readonly TaskRuntime[], now: Millis, target: Millis, random: Random): Millis {
  const stride = random.chance(0.5) ? target : now + Math.ceil((target - now) / random.between(1, 5));
  const stops = tasks.flatMap(task => [...idleTimes(task), task.due, task.wakes]);
  return Math.min(target, stride, ...stops.filter(time => time > now));
}

/** When the inputs of a task from outside will have been quiet for long enough. */
const idleTimes = (task: TaskRuntime): Millis[] =>
  placesOf(task)
    .filter(({ input, position }) => input.outside && !task.eventTime.idle.has(keyOf(input, position)))
    .map(({ input, position }) => position.activeAt + input.idleAfter);
