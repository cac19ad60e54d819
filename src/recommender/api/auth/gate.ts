/** Says who asks, of every request, before anything of it but its headers is read. */
import type { IncomingHttpHeaders } from 'node:http';
import { type Caller, CredentialsInvalid, everybody } from './caller.ts';

export interface Gate {
  /** Undefined where no credentials came with the request. @throws {CredentialsInvalid} */
  callerOf(headers: IncomingHttpHeaders): Promise<Caller | undefined>;
}

/** Of a server without credentials: who shows some believes that they count, and is told that they do not. */
export const openGate: Gate = {
  async callerOf({ authorization }) {
    if (authorization !== undefined) throw new CredentialsInvalid();
    return everybody;
  },
};
