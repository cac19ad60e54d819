/** Asynchronous work that fails by chance, work that is repeatable, values that are held back, and a sink of one's own. */
import assert from 'node:assert/strict';
import { map } from 'rxjs';
import { type Alarm, alarms, type Reading, readings } from '../../../examples/hot-sensors.ts';
import { type BatchSink, type Delivery, stream, topology } from '../../../src/index.ts';
import { type DeadLetter, deadLetters } from '../../../src/stream/dead-letter.ts';
import { consumed, records, repeats } from '../../support/consumer.ts';
import { checkWatermarks } from '../../support/ledger.ts';
import type { Random } from '../../support/random.ts';
import type { World } from '../../support/world.ts';
import type { Play } from './play.ts';

const questions = stream<Reading>('questions', { ...readings });
const answers = stream<Alarm>('answers', { ...alarms });
const computed = stream<Alarm>('computed', { ...alarms });
const paced = stream<Alarm>('paced', { ...alarms });

/** What repeatable work refuses, whenever it is done. */
const isRefused = ({ celsius }: Reading): boolean => celsius % 17 === 0;
const computedOf = ({ sensor, celsius, at }: Reading): Alarm => ({
  sensor,
  text: `${celsius} doubled is ${celsius * 2}`,
  at,
});

export class CallsPlay implements Play {
  readonly topologies;
  readonly #random: Random;
  readonly #sent: Reading[] = [];
  /** Every outcome that work came to, in whatever life, by question. */
  readonly #outcomes = new Map<number, Set<string>>();
  readonly #shelf = new Shelf();

  constructor(random: Random) {
    this.#random = random;
    const attempts = random.between(1, 3);
    this.topologies = [
      topology('asking', task => {
        task
          .read(questions)
          .pipe(
            task.mapAsync('ask', {
              work: (question, { attempt }) => this.#ask(question, attempt === attempts),
              order: attempts === 2 ? 'completion' : 'value',
              concurrency: attempts,
              retry: { attempts },
              breaker: { failures: 4, openFor: 200 },
            }),
          )
          .subscribe(task.write(answers));
      }),
      topology('computing', task => {
        const results = task.read(questions).pipe(
          task.mapAsync('compute', {
            repeatable: true,
            retry: { when: error => error instanceof Error && error.message === 'later' },
            work: async question => {
              if (this.#random.chance(0.1)) throw new Error('later');
              if (isRefused(question)) throw new Error('refused');
              return computedOf(question);
            },
          }),
        );
        task.merge(results).subscribe(task.write(computed));
      }),
      topology('pacing', task => {
        const slow = task.read(questions).pipe(
          task.rateLimit('pace', { limit: 40, burst: 3, by: ({ sensor }) => sensor, atMost: 20 }),
          map(({ sensor, celsius, at }) => ({ sensor, text: String(celsius), at })),
        );
        const ways = task.branch(slow, { kept: () => true });
        ways.kept.subscribe(task.write(paced));
        task.read(questions).subscribe(task.deliver('shelf', this.#shelf));
      }),
    ];
  }

  partitions(): number {
    return this.#random.between(1, 4);
  }

  async send(world: World): Promise<void> {
    const some = Array.from({ length: this.#random.between(1, 12) }, (_, n) => ({
      sensor: `sensor-${this.#random.below(6)}`,
      celsius: this.#sent.length + n,
      at: world.clock.time - this.#random.below(80),
    }));
    this.#sent.push(...some);
    await world.send(questions, ...some);
  }

  /** What waits for its turn needs time, and nothing else. */
  async close(world: World): Promise<void> {
    for (let turn = 0; turn < this.#sent.length; turn++) {
      world.clock.time += 1_000;
      await world.drain();
      if ((await consumed(world.transport, paced)).length === this.#sent.length) return;
    }
  }

  async check({ transport }: World): Promise<{ duplicates: number }> {
    const letters = await consumed(transport, deadLetters);
    const given = (task: string): DeadLetter[] => letters.filter(letter => letter.task.startsWith(`${task}/`));
    const told = await consumed(transport, answers);
    const outcomes = [
      ...told.map(({ text }) => text),
      ...given('asking').map(({ reason }) => reason.replace(/ \(after .*/, '')),
    ];
    const ids = this.#sent.map(({ celsius }) => celsius);
    const numbers = (texts: readonly string[]): number[] =>
      texts.map(text => Number(text.split(' ')[0])).sort((a, b) => a - b);
    assert.deepEqual(numbers(outcomes), ids, 'each question has one outcome');
    for (const text of outcomes)
      assert.ok(this.#outcomes.get(Number(text.split(' ')[0]))?.has(text), `${text} came of no call`);
    const results = await consumed(transport, computed);
    const due = this.#sent.filter(question => !isRefused(question)).map(question => computedOf(question).text);
    assert.deepEqual(results.map(({ text }) => text).sort(), due.sort(), 'what is repeatable comes to what it is');
    assert.equal(given('computing').length, ids.length - due.length, 'a dead letter for what is refused');
    assert.deepEqual(
      numbers((await consumed(transport, paced)).map(({ text }) => text)),
      ids,
      'nothing held back is lost',
    );
    assert.deepEqual(
      this.#shelf.kept.toSorted((a, b) => a - b),
      ids,
      'the sink has each value once',
    );
    let duplicates = await repeats(transport, deadLetters.name);
    for (const out of [answers, computed, paced]) {
      checkWatermarks(await records(transport, out));
      duplicates += await repeats(transport, out.name);
    }
    return { duplicates };
  }

  async #ask({ sensor, celsius, at }: Reading, isLast: boolean): Promise<Alarm> {
    const random = this.#random;
    for (let turns = random.below(3); turns > 0; turns--) await Promise.resolve();
    const text = `${celsius} ${random.below(1_000)}`;
    if (!random.chance(0.2)) return { sensor, at, text: this.#came(celsius, text) };
    throw new Error(isLast ? this.#came(celsius, text) : text);
  }

  #came(question: number, outcome: string): string {
    const all = this.#outcomes.get(question) ?? new Set();
    this.#outcomes.set(question, all.add(outcome));
    return outcome;
  }
}

/** Keeps lineage and epoch of each task with what it writes. */
class Shelf implements BatchSink<Reading> {
  readonly kept: number[] = [];
  readonly #newest = new Map<string, { readonly lineage: number; readonly epoch: number }>();

  async write(values: readonly Reading[], { task, lineage, epoch }: Delivery): Promise<void> {
    const newest = this.#newest.get(task);
    if (newest !== undefined && (lineage < newest.lineage || (lineage === newest.lineage && epoch <= newest.epoch)))
      return;
    this.#newest.set(task, { lineage, epoch });
    this.kept.push(...values.map(({ celsius }) => celsius));
  }
}
