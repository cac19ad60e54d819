/** Asks a schema registry over HTTP: each wait and each answer has a bound, and what may pass is `Unavailable`. */
import { MillraceError, Unavailable } from '../errors.ts';

/** A registry will not answer us, however often it is asked. */
export class RegistryRefused extends MillraceError {
  readonly code = 'REGISTRY_REFUSED';
}

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

const timeout_ms = 10_000;
/** No schema is as large; what is, is no registry's answer. */
const maxBytes = 1 << 20;

/** An answer of 200, 204 or 404, or one that says what is wrong with the question. @throws {Unavailable} {RegistryRefused} */
export async function askRegistry({ method, url, headers, body }: Question): Promise<Answer> {
  const answer = await attempt(url, async () => {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'error', // credentials go to nobody else
      signal: AbortSignal.timeout(timeout_ms),
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: response.headers, body: await textOf(response, url) };
  });
  const { status } = answer;
  if (status >= 500 || status === 429 || status === 408) throw away(url, `answers ${status}`);
  if (status === 401 || status === 403)
    throw new RegistryRefused(
      `The schema registry ${url} answers ${status}`,
      'Give the credentials of a user who may read and register schemas (schemas.confluent, schemas.azure)',
    );
  return answer;
}

async function attempt<R>(url: string, ask: () => Promise<R>): Promise<R> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof MillraceError) throw error;
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw away(url, cause instanceof Error ? cause.message : String(cause));
  }
}

async function textOf(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new RegistryRefused(`${url} answers more than ${maxBytes} bytes`, 'Name the URL of a schema registry');
  }
  return Buffer.concat(chunks).toString();
}

const away = (url: string, why: string): Unavailable =>
  new Unavailable(`The schema registry ${url} cannot be asked: ${why}`, 'It is asked again; see that it runs');

/** What a registry said that is none of the answers we know. */
export const unexpected = (url: string, { status, body }: Answer): RegistryRefused =>
  new RegistryRefused(
    `The schema registry ${url} answers ${status}: ${body.slice(0, 300)}`,
    'See that the URL is that of the registry, and that it allows what is asked',
  );
