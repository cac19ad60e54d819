/** The namespaces that there are, and which of them is served: records among the documents, changed by compare-and-set. */
import { z } from 'zod';
import { ConditionFailed, type Documents } from '../documents/port.ts';
import type { Millis } from '../stream/time.ts';
import { type Namespace, NamespaceError, namespaceRecord, original } from './namespace.ts';

const collection = 'millrace-namespaces';
const keyOf = (name: string) => ({ collection, partition: 'namespaces', id: name });
const activeKey = { collection, partition: 'active', id: 'active' };
const mostNamespaces = 1_000;
/** Switches that can be taken back, one after the other. */
const mostBefore = 20;

/** `before` are those that were served earlier, the last one last. */
const activeRecord = z.strictObject({ active: z.string(), before: z.array(z.string()), switchedAt: z.number() });

export class Namespaces {
  readonly #documents: Pick<Documents, 'get' | 'put' | 'list'>;

  /** Takes the documents as they are, outside of any namespace. */
  constructor(documents: Pick<Documents, 'get' | 'put' | 'list'>) {
    this.#documents = documents;
  }

  async find(name: string): Promise<Namespace | undefined> {
    const stored = await this.#documents.get(keyOf(name));
    return stored && namespaceRecord.parse(stored.body);
  }

  /** One that can be worked in. @throws {NamespaceError} */
  async get(name: string): Promise<Namespace> {
    const found = await this.find(name);
    if (found === undefined)
      throw new NamespaceError(`There is no namespace '${name}'`, 'See `millrace replay list` for those there are');
    if (found.dropped) throw new NamespaceError(`The namespace '${name}' was dropped`, 'Replay into another name');
    return found;
  }

  /** By name; dropped ones are not among them. */
  async all(): Promise<readonly Namespace[]> {
    const request = { collection, partition: 'namespaces', limit: mostNamespaces };
    const all = (await this.#documents.list(request)).map(({ body }) => namespaceRecord.parse(body));
    return all.filter(({ dropped }) => !dropped);
  }

  /** @throws {NamespaceError} where the name is or was taken */
  async create(namespace: Namespace): Promise<void> {
    try {
      await this.#documents.put(keyOf(namespace.name), namespace, 'absent');
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      throw new NamespaceError(`There is a namespace '${namespace.name}' already, or was one`, 'Take another name');
    }
  }

  /** Replaces what is known of a namespace by what `change` makes of it. @throws {NamespaceError} */
  async change(name: string, change: (namespace: Namespace) => Namespace): Promise<Namespace> {
    const stored = await this.#documents.get(keyOf(name));
    if (stored === undefined) return this.get(name);
    const changed = change(namespaceRecord.parse(stored.body));
    await this.#put(keyOf(name), changed, stored.etag);
    return changed;
  }

  /** The one that is served. */
  async active(): Promise<string> {
    return (await this.#active()).active;
  }

  /**
   * Switches to a namespace: one record changes, and whoever looks sees the old name or the new one.
   * Answers the name that was active before. @throws {NamespaceError}
   */
  async switchTo(name: string, now: Millis): Promise<string> {
    if (name !== original) await this.get(name);
    const { active, before, etag } = await this.#active();
    if (active === name) throw new NamespaceError(`'${name}' is switched in already`, 'Nothing is left to do');
    await this.#put(activeKey, { active: name, before: [...before, active].slice(-mostBefore), switchedAt: now }, etag);
    return active;
  }

  /** Takes the last switch back; answers the name that is active then. @throws {NamespaceError} */
  async switchBack(now: Millis): Promise<string> {
    const { before, etag } = await this.#active();
    const last = before.at(-1);
    if (last === undefined) throw new NamespaceError('Nothing was switched in', 'Name the namespace to switch to');
    if (last !== original) await this.get(last);
    await this.#put(activeKey, { active: last, before: before.slice(0, -1), switchedAt: now }, etag);
    return last;
  }

  /** The namespace and those that it stands on, the lowest first; none for the original. @throws {NamespaceError} */
  async chain(name: string): Promise<readonly Namespace[]> {
    const chain: Namespace[] = [];
    for (let next = name; next !== original; next = chain[0]?.base ?? original) chain.unshift(await this.get(next));
    return chain;
  }

  async #active(): Promise<z.infer<typeof activeRecord> & { readonly etag: string | null }> {
    const stored = await this.#documents.get(activeKey);
    if (stored === undefined) return { active: original, before: [], switchedAt: 0, etag: null };
    return { ...activeRecord.parse(stored.body), etag: stored.etag };
  }

  async #put(key: typeof activeKey, body: Namespace | z.infer<typeof activeRecord>, etag: string | null) {
    try {
      await this.#documents.put(key, body, etag === null ? 'absent' : { etag });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      throw new NamespaceError(
        `Somebody else has just changed '${key.id}'`,
        'Look at `millrace replay list` and decide anew',
      );
    }
  }
}
