/** What an orchestrator is answered: restarted is what cannot go on, and nothing else. */
import { expect, test } from 'vitest';
import type { GroupStats } from '../../src/operations/group-stats.ts';
import { type Logger, silent } from '../../src/operations/logging/logger.ts';
import { healthOf } from '../../src/operations/health.ts';
import { minutes, seconds } from '../../src/stream/time.ts';

function looked() {
  const stopped = new AbortController();
  const state = { silent: 0, isRestored: true };
  const groups: GroupStats[] = [];
  const said: unknown[] = [];
  const logger: Logger = { log: ({ event, level }, fields) => void said.push({ event, level, ...fields }) };
  const engine = { groups, silentFor: () => state.silent };
  const health = healthOf({ signal: stopped.signal, engine, isRestored: () => state.isRestored, logger });
  return { said, health, state, groups, stop: () => stopped.abort() };
}

test('while it restores it is alive, and neither started nor ready', () => {
  const { health, state } = looked();
  state.isRestored = false;
  expect(health.live()).toEqual({ ok: true });
  for (const verdict of [health.startup(), health.ready()])
    expect(verdict).toEqual({ ok: false, why: 'it restores its tasks' });
  state.isRestored = true;
  for (const verdict of [health.startup(), health.ready()]) expect(verdict).toEqual({ ok: true });
});

test('where the thread of its engine says nothing for more than a minute it is not alive, and is again once it does', () => {
  const { said, health, state } = looked();
  state.silent = minutes(1);
  expect(health.live()).toEqual({ ok: true });
  state.silent = seconds(61);
  expect(health.live()).toEqual({ ok: false, why: 'the thread of its engine has said nothing for 61 s' });
  expect(health.ready()).toEqual({ ok: true }); // requests are answered from the documents
  expect(said).toEqual([{ event: 'engine.silent', level: 'error', duration_ms: 61_000 }]);
  state.silent = 0;
  expect(health.live()).toEqual({ ok: true });
  expect(said).toHaveLength(1);
});

test('while it stops it takes no requests, and is alive: its last epochs are work', () => {
  const { health, state, stop } = looked();
  stop();
  expect(health.ready()).toEqual({ ok: false, why: 'it is stopping' });
  expect(health.live()).toEqual({ ok: true });
  state.silent = minutes(2);
  expect(health.live()).toMatchObject({ ok: false });
});

test('who waits for another release to go is ready, and says for which', () => {
  const { health, groups } = looked();
  groups.push(
    { topology: 'intake', run: 1, standby: 0, waits: null, assignments: 1, joins: {} },
    { topology: 'train', run: 0, standby: 0, waits: 'release 1 runs it', assignments: 1, joins: {} },
  );
  expect(health.ready()).toEqual({ ok: true, why: 'it waits to run train: release 1 runs it' });
});

test('a process without an engine is as it answers', () => {
  const health = healthOf({ signal: new AbortController().signal, engine: undefined, logger: silent });
  for (const verdict of [health.startup(), health.live(), health.ready()]) expect(verdict).toEqual({ ok: true });
});
