/* oxlint-disable vitest/no-standalone-expect -- a trial asserts in its steps, within the test that tries it */
/** A small shop: ratings that go on coming, and what has to have come of them in the end. */
import { expect } from 'vitest';
import { z } from 'zod';
import type { Environment } from './process.ts';
import type { Trial } from './trial.ts';

const Sent = z.object({ ratings: z.int() });
const Outcome = z.object({ accepted: z.int(), deadLetters: z.int() });

export class Shop {
  readonly #trial: Trial;
  #sent = 0;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  /** Begun, with a model of so many ratings, and nothing that runs. */
  static async open(trial: Trial, ratings = 1_000): Promise<Shop> {
    const shop = new Shop(trial);
    await shop.send(ratings);
    await trial.millrace('run --until-caught-up');
    return shop;
  }

  /** So many ratings more, as fast as the log takes them, by the clock of now. */
  async send(ratings: number, environment: Environment = {}): Promise<void> {
    const said = await this.#trial.millrace(`generate --rate 0 --count ${ratings} --json`, environment);
    this.#sent += Sent.parse(JSON.parse(said)).ratings;
  }

  /** Runs what is left: every rating that was acknowledged has come out once, and nothing else has. */
  async hasLostNothing({ deadLetters = 0 } = {}): Promise<void> {
    const outcome = Outcome.parse(JSON.parse(await this.#trial.millrace('run --until-caught-up --json')));
    expect(outcome).toMatchObject({ accepted: this.#sent, deadLetters });
    this.#trial.tell(`${outcome.accepted} of ${this.#sent} ratings have been accepted, ${deadLetters} dead letters`);
  }
}
