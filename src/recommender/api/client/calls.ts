/** What can be called, and what it takes and answers: all of it types of the server's own description. */
import type { FetchResponse, MaybeOptionalInit } from 'openapi-fetch';
import type { HttpMethod, PathsWithMethod, RequiredKeysOf } from 'openapi-typescript-helpers';
import type { paths } from './schema.ts';

type Json = 'application/json';

/** Paths that answer a GET with something else: what goes on for ever, and metrics. */
type Other = {
  [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: Record<Json, unknown> } } } } ? never : P;
}[keyof paths];

export type GetPath = Exclude<PathsWithMethod<paths, 'get'>, Other>;
export type PostPath = PathsWithMethod<paths, 'post'>;
export type DeletePath = PathsWithMethod<paths, 'delete'>;

/** `params` (path, query, header) and `body` of the operation, and `signal` to give up by. */
export type Init<P extends keyof paths, M extends HttpMethod> = MaybeOptionalInit<paths[P], M>;

/** To be left out where the operation requires nothing. */
export type Given<I> =
  RequiredKeysOf<I> extends never ? [(I & { [key: string]: unknown })?] : [I & { [key: string]: unknown }];

/** The JSON that the operation answers where it does what it was asked. */
export type Answered<P extends keyof paths, M extends keyof paths[P] & HttpMethod, I = unknown> = NonNullable<
  FetchResponse<paths[P][M] & Record<string, unknown>, I, Json>['data']
>;

/**
 * Every operation of the API by its path. Resolves to what is answered. @throws {Refused} with the server's own problem;
 * {TimedOut} {Unreachable} where it was not answered; and the reason of `signal` where that gave up.
 */
export interface Calls {
  get<P extends GetPath, I extends Init<P, 'get'>>(path: P, ...init: Given<I>): Promise<Answered<P, 'get', I>>;
  post<P extends PostPath, I extends Init<P, 'post'>>(path: P, ...init: Given<I>): Promise<Answered<P, 'post', I>>;
  delete<P extends DeletePath, I extends Init<P, 'delete'>>(
    path: P,
    ...init: Given<I>
  ): Promise<Answered<P, 'delete', I>>;
}
