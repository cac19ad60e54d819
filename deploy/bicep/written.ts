/** What is written out in a file of Bicep: literals, objects and lists; anything else is its text. */
import type { Node } from 'web-tree-sitter';

/** An object or a list may stand behind `if` or `for`, or in what `map` makes of each item. */
export type Written =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'object'; readonly properties: ReadonlyMap<string, Written> }
  | { readonly kind: 'list'; readonly items: readonly Written[] }
  | { readonly kind: 'loop'; readonly body: Written }
  | { readonly kind: 'expression'; readonly text: string };

export function writtenIn(node: Node): Written {
  const read = readers[node.type];
  if (read !== undefined) return read(node);
  // The grammar has no number below nothing.
  return /^-\d+$/.test(node.text) ? literal(Number(node.text)) : expression(node);
}

const readers: Readonly<Record<string, (node: Node) => Written>> = {
  object: ({ namedChildren }) => ({ kind: 'object', properties: new Map(namedChildren.flatMap(propertyIn)) }),
  array: ({ namedChildren }) => ({ kind: 'list', items: namedChildren.filter(isWritten).map(writtenIn) }),
  for_statement: node => loop(node, node.namedChildren.at(-1)),
  call_expression: node => loop(node, madeByMap(node)),
  if_statement: lastIn,
  parenthesized_expression: lastIn,
  string: node => (isPlain(node) ? literal(textOf(node)) : expression(node)),
  number: ({ text }) => literal(Number(text)),
  boolean: ({ text }) => literal(text === 'true'),
  null: () => literal(null),
};

const expression = ({ text }: Node): Written => ({ kind: 'expression', text });
const literal = (value: string | number | boolean | null): Written => ({ kind: 'literal', value });

const loop = (node: Node, body: Node | undefined): Written =>
  body === undefined ? expression(node) : { kind: 'loop', body: writtenIn(body) };

/** What `map(list, item => made)` makes of an item. */
function madeByMap({ namedChildren: [called, given] }: Node): Node | undefined {
  if (called?.text !== 'map') return undefined;
  return given?.namedChildren.find(({ type }) => type === 'lambda_expression')?.namedChildren.at(-1);
}

function lastIn(node: Node): Written {
  const last = node.namedChildren.at(-1);
  return last === undefined ? expression(node) : writtenIn(last);
}

export const isWritten = ({ type }: Node): boolean => type !== 'comment' && type !== 'decorators';

function propertyIn({ type, namedChildren }: Node): [string, Written][] {
  const [key, value] = namedChildren.filter(isWritten);
  return type !== 'object_property' || key === undefined || value === undefined
    ? []
    : [[textOf(key), writtenIn(value)]];
}

const isPlain = ({ namedChildren }: Node): boolean => namedChildren.every(({ type }) => type !== 'interpolation');

/** Of a string what it says, of anything else its text. */
export const textOf = ({ type, text }: Node): string =>
  type === 'string' ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text;
