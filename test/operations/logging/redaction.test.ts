/** No secret comes out of the log, whatever it is part of: the lines are looked at as they leave the process. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MillraceError } from '../../../src/errors.ts';
import { events } from '../../../src/operations/logging/events.ts';
import { Redactor } from '../../../src/operations/logging/redactor.ts';
import type { LoggingSettings } from '../../../src/operations/logging/settings.ts';
import { jsonSink, textSink } from '../../../src/operations/logging/sinks.ts';
import { StructuredLogger } from '../../../src/operations/logging/structured-logger.ts';

class Refused extends MillraceError {
  readonly code = 'REFUSED';
}

/** What stands on standard error, as JSON and as text, when so much is said by who knows these secrets. */
function written(secrets: readonly string[], say: (logger: StructuredLogger) => void): string {
  const lines: string[] = [];
  const output = { write: (line: string) => lines.push(line) > 0 };
  const settings: LoggingSettings = {
    level: 'debug',
    levels: {},
    userIds: 'plain',
    userKey: 'a key of sixteen',
    quotes: true,
    secrets,
    limit: { lines: 1_000, window_s: 10 },
  };
  for (const sink of [jsonSink(output, '1.2.3'), textSink(output, false)])
    say(new StructuredLogger({ settings, sink, clock: { now: () => 0 } }));
  return lines.join('');
}

/** Every way by which a text gets into a line. */
const ways: Readonly<Record<string, (text: string) => (logger: StructuredLogger) => void>> = {
  'the message of an error': text => logger => logger.log(events.requestFailed, {}, new Error(text)),
  'an error of ours': text => logger => logger.log(events.taskWaits, {}, new Refused(`It says ${text}`, 'Mend it')),
  'its remedy': text => logger => logger.log(events.taskWaits, {}, new Refused('No', `Use ${text}`)),
  'a cause': text => logger => logger.log(events.failed, {}, new Refused('No', 'Mend', { cause: new Error(text) })),
  'a cause of a cause': text => logger =>
    logger.log(events.failed, {}, new Error('a', { cause: new Error('b', { cause: new TypeError(text) }) })),
  'one of several errors': text => logger =>
    logger.log(events.failed, {}, new AggregateError([new Error('a'), new Error(text)], 'b')),
  'something thrown that is no error': text => logger => logger.log(events.crashed, {}, text),
  'the name and the code of an error': text => logger =>
    logger.log(events.requestFailed, {}, Object.assign(new Error('a'), { name: text, code: text })),
  'a stack': text => logger => {
    const error = new Error('a');
    error.stack = `Error: a\n    at ${text} (file:///x.ts:1:1)`;
    logger.log(events.requestFailed, {}, error);
  },
  'a reason': text => logger => logger.log(events.joining, { reason: text }),
  'a name': text => logger => logger.log(events.requestRefused, { code: text, tenant: text, requestId: text }),
  'a user': text => logger => logger.log(events.requestRefused, { user: text }),
  'the problem of a record': text => logger => logger.log(events.deadLetter, { problem: text }),
  'an address': text => logger => logger.log(events.listening, { url: `https://${encodeURIComponent(text)}/` }),
  'what was held back': text => logger => {
    for (let n = 0; n < 1_002; n++) logger.log(events.requestRefused, { code: text });
    logger.end();
  },
};

/** Settings as somebody may quote them. */
const quotations: Readonly<Record<string, (secret: string) => string>> = {
  bare: secret => secret,
  'in a sentence': secret => `the broker refused '${secret}' for the third time`,
  'in JSON': secret => JSON.stringify({ sasl: { mechanism: 'plain', value: secret } }),
  'in a path': secret => `cannot open /run/${secret}/x`,
  'as part of a URL': secret => `GET https://example.org/${encodeURIComponent(secret)} failed`,
  'in base64': secret => `sent ${Buffer.from(secret).toString('base64')} to it`,
};

const runs = { numRuns: 40 };
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=_-!$%&()*,.:;<>?@[]^{|}~ "\'\\'.split(
  '',
);
const password = fc
  .string({ unit: fc.constantFrom(...letters), minLength: 8, maxLength: 60 })
  .map(text => `q7${text.trim()}`);
const base64 = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(all => Buffer.from(all).toString('base64'));

describe.for(Object.keys(quotations))('a configured secret, %s,', quotation => {
  test.for(Object.keys(ways))('is not told by %s', way => {
    fc.assert(
      fc.property(password, secret => {
        const text = quotations[quotation]?.(secret) ?? '';
        const said = written([secret], logger => ways[way]?.(text)(logger));
        for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
          expect(said.includes(form) || said.includes(JSON.stringify(form).slice(1, -1))).toBe(false);
      }),
      { ...runs, numRuns: 15 },
    );
  });
});

describe('what looks like a secret is told by nobody, though none is configured:', () => {
  const kinds: Readonly<Record<string, fc.Arbitrary<readonly [text: string, secret: string]>>> = {
    'a connection string of Event Hubs': base64(32).map(key => [
      `Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey=${key};EntityPath=x`,
      key,
    ]),
    'one of a storage account': base64(64).map(key => [
      `DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=${key};EndpointSuffix=core.windows.net`,
      key,
    ]),
    'a shared access signature': base64(32).map(key => [
      `PUT https://shop.blob.core.windows.net/c/b?sv=2026-01-01&sp=rw&sig=${encodeURIComponent(key)} 403`,
      encodeURIComponent(key),
    ]),
    'a key of ours': fc
      .tuple(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.uint8Array({ minLength: 32, maxLength: 32 }))
      .map(([id, secret]) => {
        const text = Buffer.from(secret).toString('base64url');
        return [`no such key: mrk_${Buffer.from(id).toString('hex')}_${text}`, text];
      }),
    'a token': fc.uint8Array({ minLength: 32, maxLength: 64 }).map(signature => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const signed = Buffer.from(signature).toString('base64url');
      return [`jwt malformed: ${part({ alg: 'RS256', kid: 'a' })}.${part({ sub: 'zoe' })}.${signed} at 1`, signed];
    }),
    'a header': base64(24).map(key => [`{"authorization":"Bearer ${key}","accept":"*/*"}`, key]),
    'a header in a text': base64(24).map(key => [`Authorization: Basic ${key}\r\nhost: x`, key]),
    'a cookie': base64(24).map(key => [`cookie: session=${key}; other=1`, key]),
    'the user of an address': base64(9).map(key => [
      `connect amqp://shop:${encodeURIComponent(key)}@broker:5671/`,
      encodeURIComponent(key),
    ]),
    'a form': base64(24).map(key => [
      `client_id=a&client_secret=${encodeURIComponent(key)}&grant_type=b`,
      encodeURIComponent(key),
    ]),
    'a private key': base64(120).map(key => [`-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`, key]),
    'a private key that was cut': base64(120).map(key => [`-----BEGIN EC PRIVATE KEY-----\n${key}`, key]),
    'an address of mail': fc.constant(['no user zoe.doe+x@mail.example.org here', 'zoe.doe']),
    'what was to be JSON': fc.constant(
      (() => {
        try {
          return [String(JSON.parse('zoe rated 5')), 'zoe'] as const;
        } catch (error) {
          return [String(error), 'zoe'] as const;
        }
      })(),
    ),
  };
  test.for(Object.keys(kinds))('%s', kind => {
    const given = kinds[kind];
    if (given === undefined) throw new Error(kind);
    fc.assert(
      fc.property(
        given,
        fc.constantFrom(...Object.keys(ways).filter(way => way !== 'an address')),
        ([text, secret], way) => {
          const said = written([], logger => ways[way]?.(text)(logger));
          expect(said.includes(secret) || said.includes(JSON.stringify(secret).slice(1, -1))).toBe(false);
        },
      ),
      runs,
    );
  });
});

test('parts of a configured connection string are secret by themselves', () => {
  const key = 'c2VjcmV0IG9mIHRoaXMgdGVzdA==';
  const secret = `Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey=${key}`;
  const said = written([secret], logger =>
    logger.log(events.requestFailed, {}, new Error(`signed with ${key}, refused`)),
  );
  expect(said).not.toContain(key);
  expect(said).toContain('signed with ***, refused');
});

test('a short secret is found as a word, and leaves the other words alone', () => {
  const said = written(['cat'], logger => logger.log(events.requestFailed, {}, new Error('cat is no category')));
  expect(said).toContain('*** is no category');
});

test('a message without an end is told as far as it goes, and never half a secret', () => {
  const secret = 'x'.repeat(500);
  const text = `${'word '.repeat(3_250)}${secret}`;
  const said = written([secret], logger => logger.log(events.requestFailed, {}, new Error(text)));
  expect(said).not.toMatch(/x{5}/);
  expect(said.length).toBeLessThan(10_000);
});

test('what is no secret stays', () => {
  const text = 'offsets of ratings/3 go from 12 to 15: SharedAccessKeyName=all is not known, see docs/CONFIGURATION.md';
  const said = written(['hunter2hunter2'], logger => logger.log(events.requestFailed, {}, new Error(text)));
  expect(said).toContain(text);
});

test('whatever a request brought is found as it is, of which letters it may be', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), value => {
      fc.pre(value.trim() !== '' && !'*'.includes(value));
      const text = new Redactor().text(`no list of (${value}) here`, [value]);
      expect(text.includes(`(${value})`)).toBe(false);
    }),
    { examples: [['zoe-17'], ['a/b'], ['.*'], ['$&'], ['\\']] },
  );
});
