/** One thing that the API does, independent of the server: from it come the route and its description. */
import { z } from 'zod';
import { type Access, type AccessKind, admit, admitTo, type Caller, kindOf } from './auth/caller.ts';
import { InvalidRequest } from './errors.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: { readonly [name: string]: string };
  /** Of one that may be given again to the same caller for the same URL, without being made again. */
  readonly lasting?: Lasting;
}

export interface Lasting {
  /** Whether the same would be answered now, but for its age. */
  readonly isStill: () => Promise<boolean>;
  /** What `ageMs` would be now. */
  readonly ageMs: () => number | null;
}

/** A request as it came: nothing about it is known yet but who asks; undefined where nobody says. */
export interface RawRequest {
  readonly caller: Caller | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** The header of this name. */
  readonly idempotencyKey?: string | undefined;
  /** The header of this name. */
  readonly lastEventId?: string | undefined;
  /** The header of this name, for who asks another process on in the name of the caller. */
  readonly authorization?: string | undefined;
}

interface Description<P, Q, B> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With parameters in braces, as OpenAPI writes it. */
  readonly path: string;
  readonly summary: string;
  readonly params: z.ZodType<P>;
  readonly query: z.ZodType<Q>;
  /** Of a request with a body. */
  readonly body?: z.ZodType<B>;
  readonly status: number;
  /** Statuses of the problems that are the endpoint's own. */
  readonly problems: readonly number[];
  readonly mediaType?: string;
  readonly answer: z.ZodType;
  readonly deprecated?: boolean;
  /** Bytes of its body at most, where not the usual. */
  readonly bodyLimit?: number;
  /** Whether a POST brings nothing more when it is sent again: it changes nothing, or names itself what it brings. */
  readonly isIdempotent?: boolean;
  /** Whether answers may be lasting. */
  readonly lasts?: boolean;
  /** Whether the header Idempotency-Key is looked at. */
  readonly takesIdempotencyKey?: boolean;
}

export interface Endpoint extends Description<unknown, unknown, unknown> {
  /** Who may ask; `user`: shoppers too, where the request is about them. */
  readonly access: AccessKind;
  /** @throws {CredentialsMissing} {Forbidden} {InvalidRequest} */
  run(request: RawRequest): Promise<Answer>;
}

interface Checked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

interface Admitted<P, Q, B> extends Checked<P, Q, B> {
  /** Who asks, and may. Of what is public anybody may ask, and nothing may depend on who does. */
  readonly caller: Caller;
  readonly idempotencyKey: string | undefined;
  readonly lastEventId: string | undefined;
  readonly authorization: string | undefined;
}

/**
 * An endpoint whose handler sees only what its schemas let through, asked by who may: everybody else is refused before
 * anything is looked up, so that a refusal tells nothing of what is there.
 */
export const endpoint = <P, Q, B = undefined>(
  { access, ...description }: Description<P, Q, B> & { readonly access: Access<Checked<P, Q, B>> },
  handle: (request: Admitted<P, Q, B>) => Promise<Answer> | Answer,
): Endpoint => {
  const kind = kindOf(access);
  const bodySchema = description.body ?? noBody<B>();
  const run: Endpoint['run'] = async ({ caller, params, query, body, idempotencyKey, lastEventId, authorization }) => {
    admit(kind, caller);
    const request = {
      params: checked('path', description.params, params),
      query: checked('query', description.query, query),
      body: checked('body', bodySchema, body),
    };
    if (typeof access === 'function' && caller !== undefined) admitTo(access(request), caller);
    return handle({ ...request, caller: caller ?? nobody, idempotencyKey, lastEventId, authorization });
  };
  return { ...description, access: kind, run };
};

/** Whoever asks for what is public without saying who it is. */
const nobody: Caller = { role: 'shopper', tenant: '' };

/** Nothing is read of a body that the endpoint does not have. */
const noBody = <B>(): z.ZodType<B> => z.custom<B>(() => true);

function checked<T>(part: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, mostIssues);
  const told = issues.map(({ path, message }) => `${[part, ...path].map(String).join('.').slice(0, 100)}: ${message}`);
  throw new InvalidRequest(told.join('; ').slice(0, 1_000), 'See /openapi.json');
}

/** A request that is wrong in a thousand places is told of the first. */
const mostIssues = 10;

/** The reply that carries what was asked for. */
export const ok = (body: unknown) => ({ status: 200, body });
