/** Keys are changed while a shop asks all the time: who has a good one is never refused, who has the old one is. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { Drill } from './drills.ts';
import { begin } from './going-on.ts';
import { audience, TokenIssuer } from './issuer.ts';
import { listedUsers, portsOf } from './judge.ts';
import type { Life } from './life.ts';
import type { Stage } from './stage.ts';

const listKeys = { former: 'the key that signed until today', next: 'the key that signs from today on' };

export const rotate: Drill = {
  name: 'rotate',
  about:
    'API key, list key and the key that tokens are signed with are changed under load; no good request is refused, and the former keys open nothing',
  on: {},
  run,
};

/** Asks for lists one after the other with the key that it has, and remembers each answer that was none. */
class Asking {
  readonly refused: string[] = [];
  answered = 0;
  readonly #over = new AbortController();
  readonly #users: readonly string[];
  #at: { readonly url: string; readonly key: string };
  readonly #going: Promise<void>;

  constructor(users: readonly string[], at: { readonly url: string; readonly key: string }) {
    this.#users = users;
    this.#at = at;
    this.#going = this.#ask();
  }

  /** From the next request on; resolves once the one before has its answer, and some more have. */
  async use(at: { readonly url: string; readonly key: string }): Promise<void> {
    this.#at = at;
    for (const before = this.answered; this.answered < before + 30;) await setTimeout(10);
  }

  async end(): Promise<void> {
    this.#over.abort();
    await this.#going;
  }

  async #ask(): Promise<void> {
    for (let n = 0; !this.#over.signal.aborted; n++) {
      const { url, key } = this.#at;
      const user = this.#users[n % this.#users.length] ?? '';
      const status = await statusOf(`${url}/v2/users/${user}/recommendations`, key);
      if (status === 200) this.answered++;
      else this.refused.push(`${status} at ${url}`);
      await setTimeout(5);
    }
  }
}

async function run(stage: Stage): Promise<void> {
  const keys = join(stage.folder, 'keys');
  stage.call(keys, 'keys');
  await using issuer = await TokenIssuer.start();
  stage.set({
    MILLRACE_AUTH_KEYS: keys,
    MILLRACE_AUTH_ISSUER: issuer.url,
    MILLRACE_AUTH_AUDIENCE: audience,
    MILLRACE_SERVING_LIST_KEY: listKeys.former,
    MILLRACE_PARTITIONS: '1',
  });
  const former = await stage.prepare('a shop that asks with a key, and says what it showed', async () => {
    await begin(stage, 500);
    return keyOf(stage, keys, 'shop');
  });
  const users = await stage.prepare('its users', () => usersOf(stage));
  const first = await stage.prepare('a server', () => stage.start('serve').ready());
  const asking = new Asking(users, { url: first.url, key: former.key });
  const shown = await listOf(first, users[0] ?? '', former.key);
  const formerToken = await issuer.token('oldest');
  await stage.prepare('a token of the issuer is taken', async () => {
    stage.same('the token', await statusOf(`${first.url}/v2/popular`, formerToken), 200);
  });
  const next = await stage.recover('a new key is made, and the shop takes it', async () => {
    const made = await keyOf(stage, keys, 'shop-next');
    await first.until('took the new key', async () => (await statusOf(`${first.url}/v2/popular`, made.key)) === 200);
    await asking.use({ url: first.url, key: made.key });
    return made;
  });
  await stage.recover('the former key is revoked', async () => {
    await stage.millrace('keys', 'revoke', stage.call(former.id, 'ID'), '--keys', keys);
    await first.until(
      'refused the former key',
      async () => (await statusOf(`${first.url}/v2/popular`, former.key)) === 401,
    );
  });
  await issuer.publish('next');
  const knowing = await stage.recover('servers learn the new list key before any of them signs with it', async () => {
    stage.set({ MILLRACE_SERVING_FORMER_LIST_KEYS: listKeys.next });
    const server = await stage.start('serve').ready();
    await asking.use({ url: server.url, key: next.key });
    await first.stop();
    return server;
  });
  const signing = await stage.recover('then they sign with it, and still know the former one', async () => {
    stage.set({ MILLRACE_SERVING_LIST_KEY: listKeys.next, MILLRACE_SERVING_FORMER_LIST_KEYS: listKeys.former });
    const server = await stage.start('serve').ready();
    await asking.use({ url: server.url, key: next.key });
    return server;
  });
  await stage.check('lists of either key are known at either server, and nobody was refused', async () => {
    const fresh = await listOf(signing, users[0] ?? '', next.key);
    stage.holds('the new key signs', fresh.listId !== shown.listId);
    stage.same('a list of the former key, reported at the newer server', await reported(signing, shown, next.key), 202);
    stage.same('a list of the new key, reported at the older server', await reported(knowing, fresh, next.key), 202);
    await asking.end();
    stage.same(`answers but 200 among ${asking.answered + asking.refused.length}`, asking.refused, []);
  });
  const nextToken = await issuer.token('newest');
  await stage.check(
    'the issuer signs with a key that it had published before, and tokens of either are taken',
    async () => {
      stage.same('the former token', await statusOf(`${signing.url}/v2/popular`, formerToken), 200);
      stage.same('the next token', await statusOf(`${signing.url}/v2/popular`, nextToken), 200);
    },
  );
  issuer.withdraw();
  await stage.check('the former keys open nothing any more', async () => {
    stage.same('the former API key', await statusOf(`${signing.url}/v2/popular`, former.key), 401);
    stage.set({ MILLRACE_SERVING_FORMER_LIST_KEYS: 'one that nothing was ever signed with' });
    const last = await stage.start('serve').ready();
    stage.same('a token of the key that was withdrawn', await statusOf(`${last.url}/v2/popular`, formerToken), 401);
    stage.same('the next token', await statusOf(`${last.url}/v2/popular`, nextToken), 200);
    stage.same('a list of the former key, once servers know it no more', await reported(last, shown, next.key), 422);
    await last.stop();
  });
  await knowing.stop();
  await signing.stop();
}

async function usersOf(stage: Stage): Promise<string[]> {
  await using ports = await portsOf(stage);
  return await listedUsers(ports);
}

async function keyOf(stage: Stage, keys: string, name: string): Promise<{ readonly id: string; readonly key: string }> {
  const made = await stage.millrace('keys', 'create', '--keys', keys, '--name', name, '--role', 'service');
  return z.object({ id: z.string(), key: z.string() }).parse(made);
}

async function statusOf(url: string, key: string): Promise<number> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  await answer.arrayBuffer();
  return answer.status;
}

const List = z.object({ listId: z.string(), items: z.array(z.object({ itemId: z.string() })) });

async function listOf({ url }: Life, userId: string, key: string) {
  const answer = await fetch(`${url}/v2/users/${userId}/recommendations`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const { listId, items } = List.parse(await answer.json());
  return { listId, userId, slot: 'top', items: items.map(({ itemId }) => itemId) };
}

async function reported({ url }: Life, shown: object, key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v2/exposures`, { method: 'POST', headers, body: JSON.stringify(shown) });
  await answer.arrayBuffer();
  return answer.status;
}
