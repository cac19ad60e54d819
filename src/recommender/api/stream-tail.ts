/** The newest values of a stream, over all its partitions, in memory: read once from near the end, then followed. */
import { type LogPorts, PartitionValues } from '../../stream/log-values.ts';
import type { Stream } from '../../stream/stream.ts';
import type { Offset } from '../../transport/port.ts';

interface Place<T> {
  readonly values: PartitionValues<T>;
  at: Offset;
}

export class StreamTail<T> {
  readonly #ports: LogPorts;
  readonly #stream: Stream<T>;
  readonly #most: number;
  readonly #isSound: (value: T) => boolean;
  readonly #places = new Map<number, Place<T>>();
  #newest: T[] = [];
  #refreshing: Promise<void> | undefined;

  /** @param most values that are kept; @param isSound what every reader of the stream lets pass */
  constructor(ports: LogPorts, stream: Stream<T>, most: number, isSound: (value: T) => boolean) {
    this.#ports = ports;
    this.#stream = stream;
    this.#most = most;
    this.#isSound = isSound;
  }

  /** In order of arrival within each partition; none where there is no such topic. @throws {UnreadableRecord} */
  async newest(): Promise<readonly T[]> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
    return this.#newest;
  }

  async #refresh(): Promise<void> {
    const { name } = this.#stream;
    const found = (await this.#ports.transport.topics()).find(({ topic }) => topic === name);
    const partitions = found?.partitions ?? 0;
    for (let partition = 0; partition < partitions; partition++)
      await this.#follow(partition, Math.ceil(this.#most / partitions));
    this.#newest = this.#newest.slice(-this.#most);
  }

  async #follow(partition: number, most: number): Promise<void> {
    const { start, end } = await this.#ports.transport.bounds({ topic: this.#stream.name, partition });
    const known = this.#places.get(partition);
    const place =
      known !== undefined && known.at >= start && known.at <= end
        ? known
        : { values: new PartitionValues(this.#ports, this.#stream, partition), at: Math.max(start, end - most) };
    this.#places.set(partition, place);
    for await (const value of place.values.read(place.at, end)) if (this.#isSound(value)) this.#newest.push(value);
    place.at = end;
  }
}
