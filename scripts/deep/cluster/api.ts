/** The API server by plain HTTPS, with what of it the checks use. */
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Manifest } from '../../../test/support/chart/render.ts';

const limit_ms = 60_000;

export type Answer = {
  readonly status: number;
  readonly body: unknown;
  /** What it let pass and does not like, such as a pod that a stricter namespace would refuse. */
  readonly warnings: readonly string[];
};

type Parts = { readonly port: number; readonly token: string; readonly certificate: string };

const Kinds = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});
const Status = z.object({ message: z.string() });

export class Api {
  readonly #parts: Parts;
  readonly #kinds = new Map<string, z.infer<typeof Kinds>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get(path: string): Promise<Answer> {
    return this.#ask('GET', path);
  }

  delete(path: string): Promise<Answer> {
    return this.#ask('DELETE', `${path}?propagationPolicy=Background`);
  }

  /**
   * Makes an object, or with `dryRun` does all of that but keep it. Names and fields that its kind does not have are
   * refused, where the API server by itself would drop them.
   */
  async create(manifest: Manifest, { namespace, dryRun }: { namespace: string; dryRun: boolean }): Promise<Answer> {
    const query = new URLSearchParams({ fieldValidation: 'Strict', ...(dryRun && { dryRun: 'All' }) });
    return this.#ask('POST', `${await this.pathOf(manifest, namespace)}?${query.toString()}`, manifest);
  }

  /** Where objects of its kind lie. @throws where the server does not know the kind */
  async pathOf({ apiVersion, kind }: Manifest, namespace: string): Promise<string> {
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const kinds = this.#kinds.get(group) ?? (await this.#discover(group));
    const found = kinds.resources.find(resource => resource.kind === kind && !resource.name.includes('/'));
    if (found === undefined) throw new Error(`The API server knows no ${kind} of ${apiVersion}`);
    return found.namespaced ? `${group}/namespaces/${namespace}/${found.name}` : `${group}/${found.name}`;
  }

  async #discover(group: string): Promise<z.infer<typeof Kinds>> {
    const kinds = Kinds.parse(took(await this.get(group), group).body);
    this.#kinds.set(group, kinds);
    return kinds;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const { port, token, certificate } = this.#parts;
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      'content-type': 'application/json',
    };
    const signal = AbortSignal.timeout(limit_ms);
    const asked = request({ host: '127.0.0.1', port, path, method, headers, ca: certificate, signal });
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    asked.once('error', reject);
    asked.once('response', answer => {
      const read = async (): Promise<Answer> => {
        const told = await text(answer);
        const isJson = answer.headers['content-type']?.startsWith('application/json') === true;
        const parsed: unknown = isJson ? JSON.parse(told) : told;
        const warnings = [answer.headers['warning'] ?? []].flat();
        return { status: answer.statusCode ?? 0, body: parsed, warnings };
      };
      read().then(resolve, reject);
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }
}

/** The answer where it took what it was given. @throws with what it says where it did not */
export function took(answer: Answer, what: string): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(`${what}: ${answer.status} ${messageOf(answer)}`);
}

/** What a refusal says. */
export function messageOf({ body }: Answer): string {
  const status = Status.safeParse(body);
  return status.success ? status.data.message : String(body);
}
