import { expect, test } from 'vitest';
import { Unavailable } from '../../../src/errors.ts';
import { EntraTokens, NoToken } from '../../../src/transport/kafka/entra.ts';

const minute = 60_000;

/** A credential whose tokens are good for an hour, and that says how often it was asked. */
function credential() {
  let now = 0;
  let asked = 0;
  let failure: Error | undefined;
  const tokens = new EntraTokens(
    {
      getToken: async scope => {
        asked++;
        if (failure !== undefined) throw failure;
        return { token: `${scope} ${asked}`, expiresOnTimestamp: now + 60 * minute };
      },
    },
    'https://x/.default',
    () => now,
  );
  return {
    tokens,
    asked: () => asked,
    pass: (time: number) => (now += time),
    fail: (name: string, statusCode?: number) => {
      failure = Object.assign(new Error('why\nmore'), { name, statusCode });
    },
  };
}

test('a token is kept until five minutes before it expires', async () => {
  const { tokens, asked, pass } = credential();
  expect(await tokens.get()).toBe('https://x/.default 1');
  pass(55 * minute - 1);
  expect(await tokens.get()).toBe('https://x/.default 1');
  pass(1);
  expect(await tokens.get()).toBe('https://x/.default 2');
  expect(asked()).toBe(2);
});

test('connections that begin together share one question', async () => {
  const { tokens, asked } = credential();
  expect(new Set(await Promise.all([tokens.get(), tokens.get(), tokens.get()])).size).toBe(1);
  expect(asked()).toBe(1);
});

test('what cannot be renewed serves until it expires, and is asked for again each time', async () => {
  const { tokens, asked, pass, fail } = credential();
  await tokens.get();
  fail('RestError');
  pass(56 * minute);
  expect(await tokens.get()).toBe('https://x/.default 1');
  expect(await tokens.get()).toBe('https://x/.default 1');
  expect(asked()).toBe(3);
  pass(4 * minute);
  await expect(tokens.get()).rejects.toThrow(Unavailable);
});

test.each([
  ['CredentialUnavailableError', undefined, NoToken],
  ['AggregateAuthenticationError', undefined, NoToken],
  ['AuthenticationError', 401, NoToken],
  ['AuthenticationError', 429, Unavailable],
  ['AuthenticationError', 503, Unavailable],
  ['RestError', undefined, Unavailable],
])('%s with status %s is told as what it is', async (name, status, as) => {
  const { tokens, fail } = credential();
  fail(name, status);
  await expect(tokens.get()).rejects.toThrow(as);
  await expect(tokens.get()).rejects.toThrow(/^Entra ID gives no token for https:\/\/x\/\.default: why\. Give the/);
});
