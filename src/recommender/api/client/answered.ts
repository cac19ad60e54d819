/** What an operation answered, or the refusal that it is. */
import { Refused, Unreachable } from './errors.ts';
import { retryAfter_ms } from './retry.ts';

export interface Outcome<Body> {
  readonly data?: Body;
  readonly error?: unknown;
  readonly response: Response;
}

/** @throws {Refused} {Unreachable}, and whatever kept it from being answered */
export async function answered<Body>(asked: Promise<Outcome<Body>>, now: () => number): Promise<NonNullable<Body>> {
  const { data, error, response } = await asked.catch((cause: unknown) => {
    throw cause instanceof SyntaxError ? new Unreachable(cause) : cause; // what is no JSON is no answer of this API
  });
  if (data !== undefined && data !== null) return data;
  throw refusalOf(error, response, now);
}

/** Something between may have answered in the server's place: that is no answer of this API. */
export function refusalOf(problem: unknown, { status, headers }: Response, now: () => number): Refused | Unreachable {
  if (typeof problem !== 'object' || problem === null) return new Unreachable(new Error(`status ${status}`));
  const { code, detail, title, type } = { code: '', detail: '', title: '', type: '', ...problem };
  if (!isText(code) || !isText(detail)) return new Unreachable(new Error(`status ${status}`));
  return new Refused(status, code, detail, {
    title: isText(title) ? title : undefined,
    type: isText(type) ? type : undefined,
    retryAfter_ms: retryAfter_ms(headers, now()),
  });
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
