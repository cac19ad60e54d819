import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace';

/** Draws ids, but where the next one of a span is chosen: then whoever knows what it is made of knows it too. */
export class ChosenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #next: string | undefined;

  /** For the span that is started next, which has to be at once. */
  choose(spanId: string): void {
    this.#next = spanId;
  }

  generateSpanId(): string {
    const chosen = this.#next;
    this.#next = undefined;
    return chosen ?? this.#random.generateSpanId();
  }

  generateTraceId(): string {
    return this.#random.generateTraceId();
  }
}
