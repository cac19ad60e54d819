/** The shop: orders are re-keyed, counted and ranked; some of them are late, bad or broken. */
import { Ledger } from '../../support/ledger.ts';
import type { Random } from '../../support/random.ts';
import { type Order, orders, poisonAmount, poisonItem, shop } from '../../support/shop.ts';
import type { World } from '../../support/world.ts';
import type { Play } from './play.ts';

export class ShopPlay implements Play {
  readonly topologies = shop;
  readonly #random: Random;
  readonly #ledger = new Ledger();

  constructor(random: Random) {
    this.#random = random;
  }

  partitions(): number {
    return this.#random.between(1, 4);
  }

  async send(world: World): Promise<void> {
    if (this.#random.chance(0.1)) return this.#sendBroken(world);
    const some = Array.from({ length: this.#random.between(1, 12) }, (_, index) => this.#order(world, index));
    this.#ledger.sent.push(...some);
    await world.send(orders, ...some);
  }

  close(): Promise<void> {
    return Promise.resolve(); // it waits for nothing
  }

  check({ transport, documents }: World): Promise<{ duplicates: number }> {
    return this.#ledger.check(transport, documents);
  }

  async #sendBroken(world: World): Promise<void> {
    const bytes = Buffer.from(`broken ${this.#ledger.broken.length}`);
    this.#ledger.broken.push(bytes);
    await world.sendBytes(orders, `customer-${this.#random.below(6)}`, bytes);
  }

  /** Some come late, but within the stream's lateness; some are bad. */
  #order(world: World, index: number): Order {
    const random = this.#random;
    return {
      id: this.#ledger.sent.length + index,
      customer: `customer-${random.below(6)}`,
      item: random.chance(0.02) ? poisonItem : `item-${'x'.repeat(random.below(9))}`,
      amount: random.chance(0.02) ? poisonAmount : random.between(random.chance(0.02) ? -9 : 0, 9),
      at: random.chance(0.01) ? NaN : world.clock.time - random.below(orders.lateness),
    };
  }
}
