/** One thing that the API does, independent of the server: from it come the route and its description. */
import { z } from 'zod';
import { InvalidRequest } from './errors.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: { readonly [name: string]: string };
}

/** A request as it came: nothing about it is known yet. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

interface Description<P, Q, B> {
  readonly method: 'GET' | 'POST';
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
}

export interface Endpoint extends Description<unknown, unknown, unknown> {
  run(request: RawRequest): Promise<Answer>;
}

interface Checked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

/** An endpoint whose handler sees only what its schemas let through; the rest throws `InvalidRequest`. */
export const endpoint = <P, Q, B = undefined>(
  description: Description<P, Q, B>,
  handle: (request: Checked<P, Q, B>) => Promise<Answer> | Answer,
): Endpoint => ({
  ...description,
  run: async ({ params, query, body }) =>
    handle({
      params: checked('path', description.params, params),
      query: checked('query', description.query, query),
      body: checked('body', description.body ?? noBody<B>(), body),
    }),
});

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
