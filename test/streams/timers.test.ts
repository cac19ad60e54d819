/** Timers beside the punctuators of Kafka Streams: the scenarios of timers.json, one tick set behind the other. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import { stream, topology } from '../../src/index.ts';
import { World } from '../support/world.ts';
import { recordOf, scenarioFields, scenariosOf } from './scenario.ts';

const shape = z.strictObject({ ...scenarioFields, by: z.enum(['event', 'clock']), every: z.int() });
type Scenario = z.output<typeof shape>;

const input = stream('input', { ...alarms, lateness: 0 });
const told = stream('told', alarms);

/** The first tick is set by the first record, each other one by the tick before it. */
const ticking = ({ by, every }: Scenario) =>
  topology('ticking', task => {
    task
      .read(input)
      .pipe(
        task.process('ticks', {
          on: (_: Alarm, { time, timers }) => {
            if (timers.due('tick') !== undefined) return;
            if (by === 'event') timers.at(Math.floor(time / every) * every + every, 'tick');
            else timers.afterProcessing(every, 'tick');
          },
          onTimer: ({ at }, { key, timers }) => {
            if (by === 'event') timers.at(at + every, 'tick');
            else timers.afterProcessing(every, 'tick');
            return [{ sensor: key, text: `tick@${at}`, at }];
          },
        }),
      )
      .subscribe(task.write(told));
  });

/** What is told after each record, or step of the clock. */
async function linesOf(scenario: Scenario): Promise<string[]> {
  const world = await World.of([ticking(scenario)]);
  const lines: string[] = [];
  let before = 0;
  for (const text of scenario.records) {
    if (text.startsWith('+')) world.clock.time += Number(text.slice(1));
    else {
      const { key, value, time } = recordOf(text);
      await world.send(input, { sensor: key, text: value ?? '', at: time });
    }
    await world.drain();
    const ticks = await world.output(told);
    lines.push(
      ticks
        .slice(before)
        .map(tick => tick.text)
        .join(' '),
    );
    before = ticks.length;
  }
  return lines;
}

describe('timers', () => {
  test.for(scenariosOf('timers', shape))('$name', async scenario => {
    expect(await linesOf(scenario)).toEqual(scenario.millrace?.lines ?? scenario.streams);
  });
});
