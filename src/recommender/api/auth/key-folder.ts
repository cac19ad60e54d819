/** The folder of API keys, one file each: keys come and go while servers run, and nobody edits what another does. */
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MillraceError } from '../../../errors.ts';
import { type ApiKey, apiKey, type PresentedKey } from './api-keys.ts';

/** Keys that are read at most, and bytes of each. */
export const mostKeys = 1_000;
const mostBytes = 4_096;
const suffix = '.json';

/** There is no such folder, it cannot be read, or it holds too much. */
export class KeysUnreadable extends MillraceError {
  readonly code = 'KEYS_UNREADABLE';
}

interface Entry {
  /** Changes whenever the file does. */
  readonly stamp: string;
  /** Undefined where the file holds no key. */
  readonly key: ApiKey | undefined;
}

export class KeyFolder {
  readonly #folder: string;
  readonly #report: (error: unknown) => void;
  #entries: ReadonlyMap<string, Entry> = new Map();

  /** `report` is told of a file that holds no key; such a file opens nothing. */
  constructor(folder: string, report: (error: unknown) => void) {
    this.#folder = folder;
    this.#report = report;
  }

  find({ id }: Pick<PresentedKey, 'id'>): ApiKey | undefined {
    return this.#entries.get(`${id}${suffix}`)?.key;
  }

  all(): readonly ApiKey[] {
    return [...this.#entries.values()].flatMap(({ key }) => key ?? []);
  }

  /** Reads what changed since; what is no more is forgotten. @throws {KeysUnreadable} and keeps what it had */
  async refresh(): Promise<void> {
    const names = (await this.#tried(() => readdir(this.#folder))).filter(name => name.endsWith(suffix));
    if (names.length > mostKeys)
      throw new KeysUnreadable(`${this.#folder} holds more than ${mostKeys} keys`, 'Revoke those that nobody uses');
    const entries = await Promise.all(names.map(async name => [name, await this.#entry(name)] as const));
    this.#entries = new Map(entries.flatMap(([name, entry]) => (entry === undefined ? [] : [[name, entry]])));
  }

  async #entry(name: string): Promise<Entry | undefined> {
    const file = join(this.#folder, name);
    try {
      const { mtimeMs, ctimeMs, ino, size } = await stat(file);
      const stamp = [mtimeMs, ctimeMs, ino, size].join();
      const known = this.#entries.get(name);
      return known?.stamp === stamp ? known : { stamp, key: await this.#read(file, size) };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined; // revoked between two looks
      throw unreadable(this.#folder, error);
    }
  }

  async #read(file: string, size: number): Promise<ApiKey | undefined> {
    const parsed = size > mostBytes ? undefined : apiKey.safeParse(parsedJson(await readFile(file, 'utf8')));
    if (parsed?.success === true && file.endsWith(`${parsed.data.id}${suffix}`)) return parsed.data;
    this.#report(new KeysUnreadable(`${file} holds no API key`, 'Remove it, and create one: `millrace keys create`'));
    return undefined;
  }

  async #tried<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw unreadable(this.#folder, error);
    }
  }
}

/** Adds a key to a folder, which is made where it is missing. Readable by its owner alone. */
export async function addKey(folder: string, key: ApiKey): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await using file = await open(join(folder, `${key.id}${suffix}`), 'wx', 0o600);
  await file.writeFile(`${JSON.stringify(key, null, 2)}\n`);
  await file.sync();
}

/** Takes a key out; whether there was one. */
export async function removeKey(folder: string, id: string): Promise<boolean> {
  try {
    await rm(join(folder, `${id}${suffix}`));
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw unreadable(folder, error);
  }
}

/** Of a file that another process is writing at the moment there is nothing to be read yet. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unreadable = (folder: string, cause: unknown): KeysUnreadable =>
  new KeysUnreadable(
    `The API keys in ${folder} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Create a key: `millrace keys create`, or name another folder with auth.keys',
    { cause },
  );

const codeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : undefined);
