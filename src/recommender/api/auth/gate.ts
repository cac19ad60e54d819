/** Says who asks, of every request, before anything of it but its headers is read. */
import type { IncomingHttpHeaders } from 'node:http';
import { type Millis, seconds } from '../../../stream/time.ts';
import { callerOf, isGenuine, presentedKey, type PresentedKey } from './api-keys.ts';
import { type Caller, CredentialsInvalid, everybody } from './caller.ts';
import type { KeyFolder } from './key-folder.ts';
import type { Tokens } from './tokens.ts';

/** A caller, and by which credentials: those that a rate is counted by. */
export interface Identified {
  readonly caller: Caller;
  /** The key, or the subject of the token; never a secret. */
  readonly credential: string;
}

export interface Gate {
  /** Undefined where no credentials came with the request. @throws {CredentialsInvalid} {Unavailable} */
  identify(headers: IncomingHttpHeaders): Promise<Identified | undefined>;
}

/** Of a server without credentials: who shows some believes that they count, and is told that they do not. */
export const openGate: Gate = {
  async identify({ authorization }) {
    if (authorization !== undefined) throw new CredentialsInvalid();
    return { caller: everybody, credential: '' };
  },
};

export interface GateParts {
  readonly keys?: Pick<KeyFolder, 'find' | 'refresh'> | undefined;
  readonly tokens?: Pick<Tokens, 'callerOf'> | undefined;
  readonly clock: { now(): Millis };
  /** Told where keys cannot be read: those that were read before still count. */
  readonly report: (error: unknown) => void;
}

/** Keys are looked at again so often, when somebody shows one: until then one that was revoked still opens. */
const reread_ms = seconds(1);

/** Of a server with credentials: `Authorization: Bearer` with an API key or a token. */
export class CredentialsGate implements Gate {
  readonly #parts: GateParts;
  #readAt: Millis = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  async identify({ authorization }: IncomingHttpHeaders): Promise<Identified | undefined> {
    if (authorization === undefined) return undefined;
    const [, bearer] = /^Bearer +([^\s]+)$/i.exec(authorization) ?? [];
    if (bearer === undefined) throw new CredentialsInvalid();
    const key = presentedKey(bearer);
    return key === undefined ? this.#byToken(bearer) : this.#byKey(key);
  }

  async #byKey(presented: PresentedKey): Promise<Identified> {
    const { keys, clock } = this.#parts;
    if (keys === undefined) throw new CredentialsInvalid();
    await this.#reread(keys);
    const key = keys.find(presented);
    if (!isGenuine(key, presented, clock.now())) throw new CredentialsInvalid();
    return { caller: callerOf(key), credential: `key ${key.id}` };
  }

  async #byToken(token: string): Promise<Identified> {
    const { tokens } = this.#parts;
    if (tokens === undefined) throw new CredentialsInvalid();
    const caller = await tokens.callerOf(token);
    return { caller, credential: JSON.stringify(['token', caller.role, caller.tenant, caller.userId]) };
  }

  async #reread(keys: Pick<KeyFolder, 'refresh'>): Promise<void> {
    if (this.#reading === undefined && this.#parts.clock.now() - this.#readAt < reread_ms) return;
    this.#reading ??= this.#read(keys).finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #read(keys: Pick<KeyFolder, 'refresh'>): Promise<void> {
    this.#readAt = this.#parts.clock.now();
    try {
      await keys.refresh();
    } catch (error) {
      this.#parts.report(error);
    }
  }
}
