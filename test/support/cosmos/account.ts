/** What lies in the fixture: databases, their containers, and their throughput. Kept in a file where one is named. */
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { FixtureContainer, Refusal, type StoredItem } from './container.ts';
import { type Fields, isFields, listOf, textIn } from './json.ts';

export interface AccountOptions {
  /** What a request has changed is in it as a whole before it is answered, and is there again after a restart. */
  readonly file?: string | undefined;
  /** Ranges of a new container. */
  readonly ranges: number;
}

export class FixtureAccount {
  readonly #databases = new Map<
    string,
    { readonly rid: string; readonly containers: Map<string, FixtureContainer>; throughput: Fields | undefined }
  >();
  readonly #options: AccountOptions;
  #unkept: Fields[] = [];

  constructor(options: AccountOptions) {
    this.#options = options;
    const { file } = options;
    if (file === undefined || !existsSync(file)) return;
    for (const line of wholeLines(file)) for (const change of listOf(line)) this.#again(change);
  }

  /** Ends a request: all that it has changed becomes one line, so that a batch that was killed is there or is not. */
  keep(): void {
    const { file } = this.#options;
    const changes = this.#unkept;
    this.#unkept = [];
    if (file !== undefined && changes.length > 0) appendFileSync(file, `${JSON.stringify(changes)}\n`);
  }

  database(name: string) {
    const found = this.#databases.get(name);
    if (found === undefined) throw new Refusal(404, `there is no database ${name}`, 1_003);
    return found;
  }

  container(database: string, name: string): FixtureContainer {
    const found = this.database(database).containers.get(name);
    if (found === undefined) throw new Refusal(404, `there is no container ${name}`, 1_003);
    return found;
  }

  createDatabase(name: string, throughput: Fields | undefined): void {
    if (this.#databases.has(name)) throw new Refusal(409, 'the database is there');
    this.#makeDatabase(name, throughput);
    this.#keep({ did: 'database', name, throughput: throughput ?? null });
  }

  createContainer(database: string, definition: Fields, throughput: Fields | undefined): FixtureContainer {
    const { containers } = this.database(database);
    if (containers.has(textIn(definition, 'id'))) throw new Refusal(409, 'the container is there');
    this.#keep({ did: 'container', database, definition, throughput: throughput ?? null });
    return this.#makeContainer(database, definition, throughput);
  }

  removeContainer(database: string, name: string): void {
    this.container(database, name);
    this.database(database).containers.delete(name);
    this.#keep({ did: 'drop', database, name });
  }

  /** Of a database (`dbs`, name) or a container (`dbs`, name, `colls`, name). */
  throughputOf([, database = '', , container]: readonly string[]): Fields | undefined {
    return container === undefined
      ? this.database(database).throughput
      : this.container(database, container).throughput;
  }

  changed(
    database: string,
    container: string,
    change: StoredItem | { readonly removed: readonly [string, string] },
  ): void {
    if ('removed' in change)
      this.#keep({ did: 'remove', database, container, key: change.removed[0], id: change.removed[1] });
    else this.#keep({ did: 'write', database, container, key: change.partitionKey, item: change.item });
  }

  split(database: string, container: string): void {
    this.container(database, container).split();
    this.#keep({ did: 'split', database, container });
  }

  #makeDatabase(name: string, throughput: Fields | undefined): void {
    this.#databases.set(name, { rid: ridOf(this.#databases.size + 1), containers: new Map(), throughput });
  }

  #makeContainer(database: string, definition: Fields, throughput: Fields | undefined): FixtureContainer {
    const { rid, containers } = this.database(database);
    this.#made += 1;
    const number = Buffer.from(rid, 'base64').readUInt32BE();
    const container = new FixtureContainer(definition, ridOf(number, this.#made), this.#options.ranges);
    container.throughput = throughput;
    containers.set(textIn(definition, 'id'), container);
    return container;
  }

  #made = 0;

  #keep(change: Fields): void {
    if (this.#options.file !== undefined) this.#unkept.push(change);
  }

  /** Etags and continuations count changes, and so are the same again. */
  #again(change: Fields): void {
    const [database = '', name = '', container = ''] = ['database', 'name', 'container'].map(field =>
      textIn(change, field),
    );
    const { definition, item, throughput } = change;
    const given = isFields(throughput) ? throughput : undefined;
    const [key, id] = [textIn(change, 'key'), textIn(change, 'id')];
    const again: Readonly<Record<string, () => void>> = {
      database: () => this.#makeDatabase(name, given),
      container: () => void this.#makeContainer(database, isFields(definition) ? definition : {}, given),
      drop: () => void this.database(database).containers.delete(name),
      split: () => this.container(database, container).split(),
      remove: () => this.container(database, container).remove(key, id),
      write: () => {
        const { _rid, _etag, _ts, ...own } = isFields(item) ? item : {};
        this.container(database, container).write(own, key, Number(_ts) * 1_000);
      },
    };
    again[textIn(change, 'did')]?.();
  }
}

/** Without what was being written when the fixture was killed: nobody was answered. */
function wholeLines(file: string): string[] {
  const bytes = readFileSync(file);
  const whole = bytes.lastIndexOf('\n') + 1;
  if (whole < bytes.length) truncateSync(file, whole);
  return bytes.subarray(0, whole).toString().split('\n').slice(0, -1);
}

/** Four bytes of a database, eight of a container, as the library's sessions expect. */
function ridOf(database: number, container?: number): string {
  const bytes = Buffer.alloc(container === undefined ? 4 : 8);
  bytes.writeUInt32BE(database);
  if (container !== undefined) bytes.writeUInt32BE(container, 4);
  return bytes.toString('base64').replaceAll('/', '-');
}
