/* oxlint-disable vitest/no-standalone-expect -- a trial asserts in its steps, within the test that tries it */
/** People of ten tastes, who only rate what is to their taste, and nothing twice: what a good list foretells is known. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Rating } from '../../schemas/types.ts';
import { openEmbedded } from '../../src/app/compose.ts';
import { appendFromOutside, recordOf } from '../../src/stream/outside.ts';
import { ratings } from '../../topologies/streams.ts';
import type { Random } from '../support/random.ts';
import type { Trial } from './trial.ts';

const tastes = 10;
const people = 400;
/** Of each taste. */
const items = 120;
/** People who rate something at once: half of them, drawn anew each time. */
const atOnce = people / 2;

const Outcome = z.object({ accepted: z.int(), deadLetters: z.int() });

export class Crowd {
  readonly #trial: Trial;
  readonly #random: Random;
  /** What each person has not rated yet, in the order in which it will. */
  readonly #left: ReadonlyMap<string, string[]>;
  /** Event time of the next rating, a second after the one before. */
  #now = 1_767_225_600_000;
  #sent = 0;

  constructor(trial: Trial, random: Random) {
    this.#trial = trial;
    this.#random = random;
    const persons = Array.from({ length: people }, (_, person): [string, string[]] => {
      const own = Array.from({ length: items }, (__, n) => `i${person % tastes}-${n}`);
      return [`u${person}`, random.shuffled(own)];
    });
    this.#left = new Map(persons);
  }

  /** Everybody rates so many items, and all of it comes at once: what a shop begins with. */
  async begin(each: number): Promise<void> {
    const all = Array.from({ length: each }, () => this.#ratingsOf([...this.#left.keys()])).flat();
    const rows = all.map(({ userId, itemId, value, time }) => `${userId},${itemId},${value},${time / 1_000}`);
    const file = join(this.#trial.folder, 'ratings.csv');
    writeFileSync(file, ['userId,itemId,rating,timestamp', ...rows, ''].join('\n'));
    await this.#trial.millrace(`import csv ${file}`);
  }

  /** Half of them rate one item more; answers how many that were, none once everybody has rated everything. */
  async rate(): Promise<number> {
    await using ports = await openEmbedded(join(this.#trial.folder, 'data'));
    const some = this.#random.shuffled([...this.#left.keys()]).slice(0, atOnce);
    const records = this.#ratingsOf(some).map(rating => recordOf(ratings, rating));
    if (records.length > 0) await appendFromOutside(ports.transport, ratings.name, records, Date.now());
    return records.length;
  }

  async hasLostNothing(): Promise<void> {
    const outcome = Outcome.parse(JSON.parse(await this.#trial.millrace('run --until-caught-up --json')));
    expect(outcome).toMatchObject({ accepted: this.#sent, deadLetters: 0 });
    this.#trial.tell(`${outcome.accepted} of ${this.#sent} ratings have been accepted`);
  }

  #ratingsOf(persons: readonly string[]): Rating[] {
    return persons.flatMap(userId => {
      const itemId = this.#left.get(userId)?.pop();
      if (itemId === undefined) return [];
      const time = (this.#now += 1_000);
      const eventId = String(this.#sent++);
      return [{ eventId, tenant: '', userId, sessionId: '', itemId, kind: 'rating', value: 5, time }];
    });
  }
}
