import { expect, test } from 'vitest';
import { MillraceError } from '../../../src/errors.ts';
import { events } from '../../../src/operations/logging/events.ts';
import type { LogLine } from '../../../src/operations/logging/line.ts';
import type { LoggingSettings } from '../../../src/operations/logging/settings.ts';
import { keepTelling, StructuredLogger } from '../../../src/operations/logging/structured-logger.ts';

class Broken extends MillraceError {
  readonly code = 'BROKEN';
}

const usual: LoggingSettings = {
  level: 'info',
  levels: {},
  userIds: 'hashed',
  userKey: 'a key of sixteen',
  quotes: false,
  secrets: [],
  limit: { lines: 2, window_s: 10 },
};

function logging(given: Partial<LoggingSettings> = {}, hasRoom = true) {
  const lines: LogLine[] = [];
  const clock = { now: () => clock.time, time: 1_000 };
  const sink = {
    write: (line: LogLine) => {
      if (hasRoom) lines.push(line);
      return hasRoom;
    },
  };
  return { lines, clock, logger: new StructuredLogger({ settings: { ...usual, ...given }, sink, clock }) };
}

test('a line has time, level, component, event, what happened, where, and because of what', () => {
  const { lines, logger } = logging();
  const cause = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:9092'), { code: 'ECONNREFUSED' });
  const error = new Broken('The journal of trends/0 does not answer', 'Look at the documents', { cause });
  logger.log(events.taskWaits, { task: 'trends/0', epoch: 7, dependency: 'journal', attempt: 1 }, error);
  expect(lines).toEqual([
    {
      time: '1970-01-01T00:00:01.000Z',
      level: 'warn',
      component: 'task',
      event: 'task.waits',
      message: events.taskWaits.message,
      task: 'trends/0',
      epoch: 7,
      dependency: 'journal',
      attempt: 1,
      error: {
        name: 'Broken',
        code: 'BROKEN',
        message: 'The journal of trends/0 does not answer.',
        remedy: 'Look at the documents',
        stack: expect.arrayContaining([expect.stringMatching(/^at .*structured-logger\.test\.ts:\d+:\d+/)]),
        causes: [
          {
            name: 'Error',
            code: 'ECONNREFUSED',
            message: 'connect ECONNREFUSED 10.0.0.7:9092',
            stack: expect.anything(),
          },
        ],
      },
    },
  ]);
});

test('a part has its own level where one is set', () => {
  const { lines, logger } = logging({ level: 'error', levels: { api: 'debug', engine: 'silent' } });
  logger.log(events.taskWaits);
  logger.log(events.requestInvalid);
  logger.log(events.engineFailed);
  logger.log(events.failed);
  expect(lines.map(({ event }) => event)).toEqual(['request.invalid', 'process.failed']);
});

test('the same event with the same code is said twice in ten seconds, and then how often it was not', async () => {
  const { lines, clock, logger } = logging();
  for (let n = 0; n < 1_000; n++) logger.log(events.requestRefused, { code: 'CREDENTIALS_INVALID', status: 401 });
  logger.log(events.requestRefused, { code: 'RATE_LIMITED', status: 429 });
  expect(lines.map(({ code }) => code)).toEqual(['CREDENTIALS_INVALID', 'CREDENTIALS_INVALID', 'RATE_LIMITED']);
  const stop = new AbortController();
  await keepTelling(
    logger,
    usual,
    {
      sleep: async duration => {
        clock.time += duration;
        stop.abort();
      },
    },
    stop.signal,
  );
  expect(lines.at(-1)).toMatchObject({
    event: 'log.held-back',
    of: 'api request.refused CREDENTIALS_INVALID',
    count: 998,
    window_s: 10,
  });
  expect(logger.counts.all()).toContainEqual({
    component: 'api',
    level: 'warn',
    written: 3,
    heldBack: 998,
    dropped: 0,
  });
});

test('what the end finds held back is said then', () => {
  const { lines, logger } = logging();
  for (let n = 0; n < 5; n++) logger.log(events.orders, { reason: 'again' });
  logger.end();
  expect(lines.at(-1)).toMatchObject({ event: 'log.held-back', of: 'jobs orders.trouble', count: 3 });
});

test('what nobody has room for is counted', () => {
  const { logger } = logging({}, false);
  logger.log(events.restored);
  expect(logger.counts.all()).toEqual([{ component: 'engine', level: 'info', written: 1, heldBack: 0, dropped: 1 }]);
});

test('users stand hashed, plain, or not at all', () => {
  const said = (['hashed', 'plain', 'none'] as const).map(userIds => {
    const { lines, logger } = logging({ userIds });
    logger.log(events.requestFailed, { user: 'ann' }, new Error('no list of ann'));
    return [lines[0]?.['user'], lines[0]?.error?.message];
  });
  expect(said).toEqual([
    [expect.stringMatching(/^u-[0-9a-f]{16}$/), 'no list of ***'],
    ['ann', 'no list of ann'],
    [undefined, 'no list of ***'],
  ]);
  const [one, same, other] = ['ann', 'ann', 'bob'].map(user => {
    const { lines, logger } = logging();
    logger.log(events.requestFailed, { user });
    return lines[0]?.['user'];
  });
  expect(same).toBe(one);
  expect(other).not.toBe(one);
});

test('an error about records tells our words, and nothing that others said of a record', () => {
  const { lines, logger } = logging();
  const [rated, problem] = ['zoe@example.org rated heat 11', 'zoe rated heat 11'];
  const cause = new TypeError(rated);
  const error = new Broken(`trends/0: a timer failed: ${cause.message}`, 'Mend the topology', { cause });
  logger.log(events.engineFailed, {}, error);
  logger.log(events.engineFailed, {}, cause);
  logger.log(events.deadLetter, { task: 'intake/0', offset: 7, problem });
  expect(JSON.stringify(lines)).not.toMatch(/zoe|heat/);
  expect(lines.slice(0, 2).map(line => line.error)).toMatchObject([
    { message: 'trends/0: a timer failed: ***.', remedy: 'Mend the topology', causes: [{ name: 'TypeError' }] },
    { name: 'TypeError', stack: expect.anything() },
  ]);
  expect(lines[2]).toMatchObject({ task: 'intake/0', offset: 7 });
});

test('of an error that somebody’s code throws, its end tells the words of that code', () => {
  const { lines, logger } = logging();
  const sensor = ['oslo', '1'].join('/');
  const cause = new Error(`no place for ${sensor} here`);
  const error = new Broken(`place/0: the end of epoch 1 failed: ${cause.message}`, 'Mend the topology', { cause });
  logger.log(events.engineFailed, {}, error);
  expect(lines[0]?.error).toMatchObject({
    message: 'place/0: the end of epoch 1 failed: no place for *** here.',
    causes: [{ name: 'Error', message: 'no place for *** here' }],
  });
});

test('an error that cannot be looked at takes nobody down', () => {
  const { lines, logger } = logging();
  const error: unknown = new Proxy(new Error('never seen'), {
    get: () => {
      throw new Error('not this way');
    },
  });
  logger.log(events.requestFailed, {}, error);
  expect(lines).toMatchObject([{ event: 'request.failed', error: { name: 'Unreadable' } }]);
});

test('causes that go round, and errors of many, are told as far as it goes', () => {
  const { lines, logger } = logging();
  const first: Error = new Error('first');
  first.cause = new Error('second', { cause: first });
  logger.log(events.requestFailed, {}, first);
  logger.log(
    events.requestFailed,
    {},
    new AggregateError(
      Array.from({ length: 100 }, (_, n) => new Error(`${n}`)),
      'all',
    ),
  );
  expect(lines[0]?.error?.causes).toMatchObject([{ message: 'second' }]);
  expect(lines[1]?.error?.causes?.map(({ message }) => message)).toEqual(['0', '1', '2', '3', '4']);
});
