/** Conditions of queries, as far as the adapter asks: comparisons, AND, OR, NOT, IS_NULL, IS_DEFINED, brackets. */
import type { Fields, Value } from './json.ts';

type Condition = (item: Fields) => boolean;
type Operand = (item: Fields) => Value | undefined;

export function conditionOf(text: string, parameters: ReadonlyMap<string, Value>): Condition {
  const tokens = text.match(/\(|\)|<=|>=|!=|[<>=]|@\w+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\w.-]+/g) ?? [];
  let at = 0;
  const condition = either();
  if (at < tokens.length) throw new Error(`the fixture does not know ${tokens.slice(at).join(' ')}`);
  return condition;

  function either(): Condition {
    let left = both();
    while (isNext('OR')) {
      const [first, second] = [left, both()];
      left = item => first(item) || second(item);
    }
    return left;
  }

  function both(): Condition {
    let left = one();
    while (isNext('AND')) {
      const [first, second] = [left, one()];
      left = item => first(item) && second(item);
    }
    return left;
  }

  function one(): Condition {
    if (isNext('NOT')) {
      const inner = one();
      return item => !inner(item);
    }
    if (isNext('(')) return closed(either());
    if (isNext('TRUE')) return () => true;
    if (isNext('IS_NULL')) return asked(value => value === null);
    if (isNext('IS_DEFINED')) return asked(value => value !== undefined);
    return comparison();
  }

  function asked(test: (value: Value | undefined) => boolean): Condition {
    if (!isNext('(')) throw new Error('the fixture expects a bracket');
    const of = operand();
    return closed(item => test(of(item)));
  }

  function closed(inner: Condition): Condition {
    if (!isNext(')')) throw new Error('the fixture expects a closing bracket');
    return inner;
  }

  function comparison(): Condition {
    const left = operand();
    const operator = tokens[at++];
    const right = operand();
    return item => {
      const [a, b] = [left(item), right(item)];
      if (typeof a !== 'string' || typeof b !== 'string') return operator === '=' && a !== undefined && a === b;
      if (operator === '=') return a === b;
      if (operator === '>') return a > b;
      if (operator === '>=') return a >= b;
      if (operator === '<') return a < b;
      if (operator === '<=') return a <= b;
      throw new Error(`the fixture does not know ${operator}`);
    };
  }

  function operand(): Operand {
    const token = tokens[at++] ?? '';
    if (token.startsWith('@')) return () => parameters.get(token);
    if (token.startsWith('c.')) return item => item[token.slice(2)];
    if (/^["']/.test(token)) {
      const quoted = token.slice(1, -1);
      return () => quoted;
    }
    throw new Error(`the fixture does not know ${token}`);
  }

  function isNext(word: string): boolean {
    if (tokens[at]?.toUpperCase() !== word) return false;
    at += 1;
    return true;
  }
}
