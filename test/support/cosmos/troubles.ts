/** What Cosmos DB does to those who use it for a while, and then no more. */
import type { FixtureProcess } from './process.ts';

export type Trouble = (fixture: FixtureProcess, during: () => Promise<void>) => Promise<void>;

/** Most of what is asked is refused, and each refusal says when to come again. */
const storm: Trouble = async (fixture, during) => {
  const refused = { kind: 'status', status: 429, retryAfterMs: 50 } as const;
  await fixture.setFaults([
    { ...refused, each: true, share: 0.9, on: ['bulk'] },
    { ...refused, share: 0.7 },
  ]);
  await during();
  await fixture.setFaults([]);
};

/** Requests are taken, and nobody is answered. */
const silence: Trouble = async (fixture, during) => {
  await fixture.setFaults([{ kind: 'stall' }]);
  await during();
  await fixture.setFaults([]);
};

/** Nobody listens. */
const outage: Trouble = async (fixture, during) => {
  await fixture.kill();
  await during();
  await fixture.restart();
};

export const troubles = { 'a storm of 429': storm, silence, 'an outage': outage } as const;

/** How long they last: MILLRACE_STALL_SECONDS=60 is the proof at its full length. */
export const trouble_ms = Number(process.env['MILLRACE_STALL_SECONDS'] ?? 8) * 1_000;
