/** Bad requests for any endpoint, made of its own description: whoever adds an endpoint adds these with it. */
import { z } from 'zod';
import type { Endpoint } from '../../src/recommender/api/endpoint.ts';

export interface BadRequest {
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly path: string;
  readonly body?: string | undefined;
  readonly type?: string | undefined;
}

const shape = z.looseObject({
  type: z.string().optional(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), shape).optional();
  },
  get items() {
    return shape.optional();
  },
  oneOf: z.array(z.looseObject({ required: z.array(z.string()).optional() })).optional(),
});
type Shape = z.infer<typeof shape>;

const shapeOf = (schema: z.ZodType): Shape => shape.parse(z.toJSONSchema(schema, { io: 'input' }));

/** The least that a schema takes. */
function sampleOf(of: Shape): unknown {
  if (of.enum !== undefined) return of.enum[0];
  if (of.type === 'array') return [of.items === undefined ? 'x' : sampleOf(of.items)];
  if (of.type === 'integer' || of.type === 'number') return Math.max(1, of.minimum ?? 1);
  if (of.type === 'object') return sampleObject(of);
  return of.format === 'date-time' ? '2026-03-01T00:00:00Z' : 'ann';
}

function sampleObject({ required = [], properties = {}, oneOf = [] }: Shape): unknown {
  const names = new Set([...required, ...(oneOf[0]?.required ?? [])]);
  return Object.fromEntries([...names].map(name => [name, sampleOf(properties[name] ?? {})]));
}

/** Written into a path as they are. */
const pathTricks = [
  '..',
  '.',
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '%00',
  'a%00b',
  '%0d%0ax-evil:%201',
  '%c0%ae%c0%ae',
  '%ff%fe',
  '%',
  '%zz',
  '%ed%a0%80',
  '',
  'x'.repeat(9_000),
  '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
  "'%20OR%20'1'='1",
  '__proto__',
  'constructor',
  '%7B%22$gt%22:%22%22%7D',
  '*',
  ';a=b',
  '..%5c..%5c',
  '%252e%252e',
  '%E2%80%AE',
];

const nasty = [
  'NaN',
  '-1',
  '1e999',
  '9'.repeat(400),
  '-0',
  '0x10',
  '1;DROP TABLE documents',
  "' OR '1'='1",
  '<script>alert(1)</script>',
  '__proto__',
  '{"$gt":""}',
  'a\r\nx-evil: 1',
  '\u0000',
  '\ud800',
  'x'.repeat(5_000),
  '../../etc/passwd',
  '[object Object]',
];

/** JSON texts in place of a field's value; the last is the same text inside of others. */
const values = [
  'null',
  'true',
  '-1',
  '1e999',
  '-1e308',
  '1e-320',
  '{}',
  '[]',
  '[[[[[[]]]]]]',
  '{"$gt":""}',
  '{"__proto__":{"role":"admin"}}',
  '{"constructor":{"prototype":{"role":"admin"}}}',
  '9007199254740993',
  '-1e400',
  '1E+400',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '{"toString":"x","valueOf":"y","then":"z"}',
].concat(nasty.map(text => JSON.stringify(text)));

const json = 'application/json';
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export function badRequestsOf(endpoint: Endpoint): readonly BadRequest[] {
  const { method, query } = endpoint;
  const path = goodPathOf(endpoint);
  const body = endpoint.body === undefined ? undefined : JSON.stringify(sampleOf(shapeOf(endpoint.body)));
  const good = { method, path, ...(body !== undefined && { body, type: json }) };
  const queries = Object.keys(shapeOf(query).properties ?? {}).flatMap(name => [
    // The shop's clock stands still: what can be read as a wait would be waited for.
    ...nasty
      .filter(text => name !== 'wait' || Number.isNaN(Number(text)) || Math.abs(Number(text)) > 1e5)
      .map(text => `${name}=${encodeURIComponent(text.toWellFormed())}`),
    `${name}=%ff`,
    `${name}=1&${name}=2&${name}[]=3`,
    `${name}[$gt]=1`,
  ]);
  return [
    ...methods.filter(other => other !== method).map(other => ({ what: `method ${other}`, method: other, path })),
    ...pathTricks.flatMap(trick =>
      tricked(endpoint, trick).map(at => ({ ...good, what: `path ${trick.slice(0, 40)}`, path: at })),
    ),
    ...[...queries, 'no-such=1', '__proto__[role]=admin', '%00=1', 'x'.repeat(3_000)].map(asked => ({
      ...good,
      what: `query ${asked.slice(0, 60)}`,
      path: `${path}?${asked}`,
    })),
    ...(endpoint.body === undefined ? [] : bodiesOf(endpoint.body).map(bad => ({ ...good, ...bad }))),
  ];
}

export const goodPathOf = ({ path }: Endpoint): string => path.replaceAll(/\{\w+\}/g, 'ann');

/** In place of each parameter, between any two parts, and at the end. */
function tricked({ path }: Endpoint, trick: string): readonly string[] {
  const parts = path.split('/');
  const good = parts.map(part => (part.startsWith('{') ? 'ann' : part));
  const replaced = parts.flatMap((part, at) => (part.startsWith('{') ? [good.with(at, trick).join('/')] : []));
  return [...replaced, good.toSpliced(2, 0, trick).join('/'), [...good, trick].join('/')];
}

function bodiesOf(
  schema: z.ZodType,
): readonly { readonly what: string; readonly body: string; readonly type: string }[] {
  const of = shapeOf(schema);
  const good = z.record(z.string(), z.unknown()).parse(sampleOf(of));
  const text = JSON.stringify(good);
  const fields = Object.keys(of.properties ?? {}).flatMap(name =>
    values.map(value => {
      const rest = Object.entries(good).filter(([other]) => other !== name);
      const told = [
        ...rest.map(([other, its]) => `${JSON.stringify(other)}:${JSON.stringify(its)}`),
        `"${name}":${value}`,
      ];
      return { what: `${name}: ${value.slice(0, 40)}`, body: `{${told.join()}}`, type: json };
    }),
  );
  const whole: readonly (readonly [what: string, body: string, type?: string])[] = [
    ['broken JSON', text.slice(0, -1)],
    ['no body', ''],
    ['a text', '"x"'],
    ['a number', '1e999'],
    ['null', 'null'],
    ['a list', `[${text}]`],
    ['a hundred lists in each other', `${'['.repeat(100)}${']'.repeat(100)}`],
    ['JSON as deep as the bound lets it be', `${'['.repeat(8_000)}${']'.repeat(8_000)}`],
    ['a huge body', JSON.stringify({ x: 'y'.repeat(300_000) })],
    ['a field nobody knows', text.replace(/\}$/, `${text === '{}' ? '' : ','}"tenant":"north"}`)],
    ['a prototype', text.replace('{', '{"__proto__":{"role":"admin"},').replace(',}', '}')],
    ['a constructor', text.replace('{', '{"constructor":{"prototype":{"role":"admin"}},').replace(',}', '}')],
    ['objects in each other, as deep as the bound lets them be', `${'{"a":'.repeat(2_500)}1${'}'.repeat(2_500)}`],
    ['a mark of the order of bytes', `\ufeff${text}`],
    ['a comment', text.replace('{', '{/* x */')],
    ['two texts', `${text}${text}`],
    ['a field twice', text.replace('{', '{"userId":"bob",').replace(',}', '}')],
    ['bytes that are no UTF-8', '{"\ud800":1}'],
    ['text/plain', text, 'text/plain'],
    ['a form', 'userId=ann', 'application/x-www-form-urlencoded'],
    ['XML with an entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', 'application/xml'],
    ['UTF-16', text, 'application/json; charset=utf-16'],
    ['Latin-1', text, 'application/json;charset=iso-8859-1'],
    ['two types', text, 'application/json, text/plain'],
    ['JSON of another kind', text, 'application/merge-patch+json'],
    ['parts', '--x\r\n\r\n{}\r\n--x--', 'multipart/form-data; boundary=x'],
    ['an endless parameter of the type', text, `application/json; x=${'y'.repeat(5_000)}`],
    ['no such type', text, 'application/json; charset=\u00ff'],
  ];
  return [...fields, ...whole.map(([what, body, type = json]) => ({ what, body, type }))];
}
