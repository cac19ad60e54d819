/** People of ten tastes, who only rate what is to their taste, and nothing twice: what a good list foretells is known. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Random } from '../support/random.ts';
import type { Trial } from './trial.ts';

const tastes = 10;
const people = 400;
/** Of each taste. */
const items = 60;

const Outcome = z.object({ accepted: z.int(), deadLetters: z.int() });

export class Taste {
  readonly #trial: Trial;
  /** What each person has not rated yet, in the order in which it will. */
  readonly #left: readonly string[][];
  /** Seconds since 1970. */
  #now = 1_767_225_600;
  #sent = 0;

  constructor(trial: Trial, random: Random) {
    this.#trial = trial;
    this.#left = Array.from({ length: people }, (_, person) => {
      const own = Array.from({ length: items }, (__, n) => `i${person % tastes}-${n}`);
      return own
        .map(item => ({ item, at: random.below(1 << 30) }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item);
    });
  }

  /** Everybody rates so many films more. */
  async rate(each: number): Promise<void> {
    const rows: string[] = [];
    for (let n = 0; n < each; n++)
      for (const [person, left] of this.#left.entries()) {
        const item = left.pop();
        if (item === undefined) throw new Error('everybody has rated everything to their taste');
        rows.push(`u${person},${item},5,${this.#now++}`);
      }
    const file = join(this.#trial.folder, 'ratings.csv');
    writeFileSync(file, ['userId,itemId,rating,timestamp', ...rows, ''].join('\n'));
    await this.#trial.millrace(`import csv ${file}`);
    this.#sent += rows.length;
  }

  async hasLostNothing(): Promise<void> {
    const outcome = Outcome.parse(JSON.parse(await this.#trial.millrace('run --until-caught-up --json')));
    expect(outcome).toMatchObject({ accepted: this.#sent, deadLetters: 0 });
    this.#trial.tell(`${outcome.accepted} of ${this.#sent} ratings have been accepted`);
  }
}
