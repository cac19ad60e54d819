/** Timers of `task.process`: which fire when, in which order, and what they see. */
import { describe, expect, test } from 'vitest';
import { minutes, type ProcessOptions, type States, stream, topology, tumbling, valueState } from '../../src/index.ts';
import { TaskStopped } from '../../src/engine/errors.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { testTopology } from '../../src/testing.ts';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import { records } from '../support/consumer.ts';
import { ids } from '../support/ids.ts';
import { World } from '../support/world.ts';
import { by, click, clicks } from '../support/clicks.ts';

const events = stream('events', { ...alarms, lateness: 0 });
const told = stream('told', alarms);
const event = (sensor: string, text: string, at: number): Alarm => ({ sensor, text, at });

const timed = <K extends States>(options: ProcessOptions<Alarm, Alarm, K>) =>
  topology('timed', task => {
    task.read(events).pipe(task.process('timers', options)).subscribe(task.write(told));
  });

/**
 * What values and timers say, they do: `at 5 x, in 7 y, drop x` sets, sets by the clock and deletes timers of their key;
 * a timer named `fail` throws. What fired is told with the time that it was set for.
 */
const obedient = timed({
  on: (value, { timers }) => obey(value.text, timers),
  onTimer: ({ name, kind, at }, { key, time, timers }) => {
    if (name === 'fail') throw new Error('boom');
    const [title = '', then = ''] = name.split('>');
    obey(then.replaceAll('_', ' '), timers);
    return [event(key, `${kind === 'event' ? '' : 'clock '}${title}@${at}`, time)];
  },
});

function obey(text: string, timers: Parameters<ProcessOptions<Alarm, Alarm, States>['on']>[1]['timers']): void {
  for (const order of text.split(',').filter(part => part !== '')) {
    const [verb, first = '', name] = order.trim().split(' ');
    if (verb === 'at') timers.at(Number(first), name);
    if (verb === 'in') timers.afterProcessing(Number(first), name);
    if (verb === 'drop') timers.delete(first);
  }
}

async function playedIn(world: World, ...sent: readonly Alarm[]): Promise<string[]> {
  await world.send(events, ...sent);
  await world.drain();
  return (await world.output(told)).map(({ sensor, text }) => `${sensor} ${text}`);
}

const played = async (...sent: readonly Alarm[]): Promise<string[]> => playedIn(await World.of([obedient]), ...sent);

describe('a timer by event time', () => {
  test('fires once event time has reached it, and not before', async () => {
    expect(await played(event('a', 'at 10 x', 0), event('a', '', 9))).toEqual([]);
    expect(await played(event('a', 'at 10 x', 0), event('a', '', 10))).toEqual(['a x@10']);
  });

  test('fires in the order of time, key and name, also where several do at once', async () => {
    const sent = [event('b', 'at 7 x, at 7 w, at 3 z', 0), event('a', 'at 7 y', 1), event('c', '', 8)];
    expect(await played(...sent)).toEqual(['b z@3', 'a y@7', 'b w@7', 'b x@7']);
  });

  test('may set others, which fire in their turn of the same advance', async () => {
    const sent = [event('a', 'at 3 x>at_5_y, at 4 z', 0), event('b', 'at 6 w', 0), event('c', '', 9)];
    expect(await played(...sent)).toEqual(['a x@3', 'a z@4', 'a y@5', 'b w@6']);
  });

  test('replaces the one of its name, and is gone once it was deleted or has fired', async () => {
    expect(await played(event('a', 'at 3 x, at 5 x', 0), event('b', '', 9))).toEqual(['a x@5']);
    expect(
      await played(event('a', 'at 3 x, at 5 y', 0), event('a', 'drop x, drop nothing', 2), event('b', '', 9)),
    ).toEqual(['a y@5']);
    expect(await played(event('a', 'at 3 x', 0), event('b', '', 4), event('b', '', 5))).toEqual(['a x@3']);
  });

  test('that is set for a time that has passed fires at once after the call', async () => {
    expect(await played(event('a', '', 20), event('b', 'at 5 x, at 4 y', 20), event('a', '', 20))).toEqual([
      'b y@4',
      'b x@5',
    ]);
  });

  test('is of its key: names are those of each key alone', async () => {
    expect(await played(event('a', 'at 3 x', 0), event('b', 'drop x, at 4 x', 1), event('c', '', 9))).toEqual([
      'a x@3',
      'b x@4',
    ]);
  });

  test('is told on by the time that it was set for, which the watermark does not run ahead of', async () => {
    const world = await World.of([obedient]);
    await playedIn(world, event('a', 'at 3 x, at 5 y', 0), event('c', '', 9), event('a', 'at 20 z', 9));
    const found = await records(world.transport, told);
    expect(found.map(({ value, watermark }) => [value?.at, watermark])).toEqual([
      [3, 3],
      [5, 5],
    ]);
  });

  test('sees state as of its own time, not as of where event time leapt to', async () => {
    const remembering = timed({
      state: { last: valueState<string>(undefined, { ttl: 10 }) },
      on: (value, { time, state, timers }) => {
        state.last.set(value.text);
        timers.at(time + 9, 'before');
        timers.at(time + 10, 'after');
      },
      onTimer: ({ name }, { key, time, state }) => [event(key, `${name} ${state.last.get() ?? 'nothing'}`, time)],
    });
    const world = await World.of([remembering]);
    expect(await playedIn(world, event('a', 'here', 0), event('b', '', 1_000))).toEqual([
      'a before here',
      'a after nothing',
    ]);
  });
});

describe('a timer by the clock', () => {
  test('fires at the first reading past its time, without any record', async () => {
    const world = await World.of([obedient]);
    const run = await world.open('timed');
    await world.send(events, event('a', 'in 50 x, in 20 y', 3));
    await run.step();
    world.clock.time += 19;
    expect(await run.step()).toBe(false);
    for (const wait of [1, 29, 1]) {
      world.clock.time += wait;
      await run.step();
    }
    expect((await world.output(told)).map(({ text, at }) => [text, at])).toEqual([
      ['clock y@20', 3],
      ['clock x@50', 3],
    ]);
  });

  test('wakes its task, which says when', async () => {
    const world = await World.of([obedient]);
    const run = await world.open('timed');
    await world.send(events, event('a', 'in 50 x', 3));
    await run.step();
    expect(run.task.wakes).toBe(50);
    expect(run.due).toBeLessThanOrEqual(50);
  });

  test('fires again by the plan when the epoch is executed again, whatever the clock says by then', async () => {
    const world = await World.of([obedient]);
    await world.send(events, event('a', 'in 50 x', 3));
    const run = await world.open('timed');
    await run.step();
    world.clock.time += 50;
    await run.step();
    world.clock.time += 1_000_000;
    for (const store of [World.emptyStore(), world.store]) {
      const again = await world.open('timed', 0, { store });
      expect(again.task.wakes).toBe(Infinity);
    }
    expect((await world.output(told)).map(({ text }) => text)).toEqual(['clock x@50']);
  });

  test('has one name with those by event time: the last one set is the one there is', async () => {
    const world = await World.of([obedient]);
    expect(await playedIn(world, event('a', 'in 50 x, at 5 x', 0), event('b', '', 9))).toEqual(['a x@5']);
    world.clock.time += 50;
    expect(await playedIn(world)).toEqual(['a x@5']);
  });
});

describe('timers are kept', () => {
  test.for([1, 2, 3, 4, 5, 6, 7, 8])('over crashes, lost disks and pipes built anew (seed %i)', async seed => {
    const waiting = timed({
      on: (_, { time, timers }) => timers.at(time + minutes(5)),
      onTimer: ({ at }, { key }) => [event(key, 'silent', at)],
    });
    await using run = await testTopology(waiting, { seed });
    await run.send(events, event('a', '', minutes(1)), event('b', '', minutes(2)), event('a', '', minutes(4)));
    await run.crash();
    await run.send(events, event('b', '', minutes(8)));
    await run.crash();
    await run.advanceTo(minutes(20));
    const silences = (sensor: string) =>
      run
        .output(told)
        .forKey(sensor)
        .map(({ at }) => at / minutes(1));
    expect(silences('a')).toEqual([9]);
    expect(silences('b')).toEqual([7, 13]);
  });

  test.for([1, 2, 3, 4])(
    'by the clock too, and fire when the clock of the test comes to them (seed %i)',
    async seed => {
      const polling = timed({
        on: (_, { timers }) => timers.afterProcessing(minutes(1), 'poll'),
        onTimer: ({ name, at }, { key, timers }) => {
          timers.afterProcessing(minutes(1), 'poll');
          return [event(key, name, at)];
        },
      });
      await using run = await testTopology(polling, { seed });
      await run.send(events, event('a', '', 0));
      await run.crash();
      await run.advanceTo(minutes(3));
      expect(run.output(told).values.map(({ at }) => at / minutes(1))).toEqual([1, 2, 3]);
    },
  );

  test('an epoch that failed leaves none of its timers, and those before it as they were', async () => {
    const fragile = timed({
      on: (value, { timers }) => {
        if (value.text !== 'poison') return timers.at(value.at + 5, 'x');
        timers.at(value.at + 1, 'y');
        timers.delete('x');
        throw new Error('poison');
      },
      onTimer: ({ name, at }, { key }) => [event(key, `${name}@${at}`, at)],
    });
    const world = await World.of([fragile]);
    expect(await playedIn(world, event('a', '', 0))).toEqual([]);
    expect(await playedIn(world, event('a', 'poison', 1), event('b', '', 10))).toEqual(['a x@5']);
  });
});

describe('what goes wrong', () => {
  test('a timer that fails stops the task and names step, key and time', async () => {
    const failed = played(event('a', 'at 10 fail', 0), event('b', '', 10));
    await expect(failed).rejects.toThrow(TaskStopped);
    await expect(failed).rejects.toThrow(/the timer 'fail' of "a" in step 'timers' for event time 10 failed: boom/);
  });

  test('so does what its results come to in an operator behind it', async () => {
    const choking = topology('timed', task => {
      task
        .read(events)
        .pipe(
          task.process('timers', { on: (_, { timers }) => timers.at(5), onTimer: () => [event('a', '', NaN)] }),
          task.keyed('later', {
            by: () => {
              throw new Error('choked');
            },
            initial: () => 0,
            next: () => [0, []],
          }),
        )
        .subscribe(task.late());
    });
    const world = await World.of([choking]);
    await expect(playedIn(world, event('b', '', 0), event('b', '', 6))).rejects.toThrow(/of "b" .* failed: choked/);
  });

  test('one that was set for a time that had passed is its record’s, which becomes a dead letter', async () => {
    const world = await World.of([obedient]);
    await playedIn(world, event('a', '', 10), event('b', 'at 3 fail', 11), event('a', 'at 12 x', 12));
    const letters = await world.output(deadLetters);
    expect(letters.map(({ offset, reason }) => [offset, /'fail' of "b".*boom/.test(reason)])).toEqual([[1, true]]);
    expect((await world.output(told)).map(({ text }) => text)).toEqual(['x@12']);
  });

  test.for<[string, string, RegExp]>([
    ['too many of a key', Array.from({ length: 101 }, (_, n) => `at 5 t${n}`).join(), /"a" has 100 timers/],
    ['no time', 'at NaN x', /set for NaN, which is no time/],
    ['no duration', 'in 0 x', /set for 0 ms from now: give 1 or more/],
    ['a name without end', `at 5 ${'n'.repeat(201)}`, /name of a timer has 201 letters/],
  ])('%s makes the record a dead letter', async ([, text, reason]) => {
    const world = await World.of([obedient]);
    expect(await playedIn(world, event('a', text, 0), event('b', '', 9))).toEqual([]);
    expect((await world.output(deadLetters)).map(letter => letter.reason)).toEqual([expect.stringMatching(reason)]);
  });

  test('a step that does nothing for timers cannot set any', async () => {
    const world = await World.of([timed({ on: (_, { timers }) => timers.at(1) })]);
    await expect(playedIn(world, event('a', '', 0))).rejects.toThrow(/sets a timer, and does nothing for one/);
  });

  test('timers of a release that did something for them are not forgotten by one that does nothing', async () => {
    const world = await World.of([obedient]);
    await playedIn(world, event('a', 'at 10 x', 0));
    await world.deploy([timed({ on: () => [] })]);
    await expect(world.open('timed')).rejects.toThrow(/has timers of 'timers', for which the topology no longer/);
  });

  test('a timer that sets itself for ever is found', async () => {
    const endless = timed({
      on: (_, { timers }) => timers.at(5),
      onTimer: (_, { timers }) => timers.at(5),
    });
    const world = await World.of([endless]);
    await expect(playedIn(world, event('a', '', 0), event('a', '', 9))).rejects.toThrow(/1000000 timers have fired/);
  });
});

test.for([
  ['windows', 'windows'],
  ['timers', 'timers'],
])('%s cannot follow timers in one topology: what they tell comes after its time', async ([what]) => {
  const following = topology('timed', task => {
    const first = task.read(clicks).pipe(task.process('first', { on: value => [value], onTimer: () => [click(1, 1)] }));
    if (what === 'windows')
      first.pipe(task.windowed('next', tumbling({ size: 5 }), { by, fold: ids, emit: 'close' })).subscribe(task.late());
    else first.pipe(task.process('next', { by, on: value => [value], onTimer: () => [] })).subscribe(task.late());
  });
  await expect(World.of([following])).rejects.toThrow(new RegExp(`the ${what} of step 'next' follow`));
});
