import { globalReferences, memberName } from './scopes.ts';
import type { Node, Reference, Rule } from './types.ts';

const clock = "a replay would read another time: take the record's event time or the task's cursor";
const chance = 'a replay would draw another number: derive it from a hash of the key and a seed';
const timer = 'a replay would fire at another moment: use event-time timers of a keyed step';
const outside = 'a replay would see another world: what a topology needs comes in with its records or as a parameter';

type Verdict = (node: Node) => string | undefined;

const always =
  (message: string): Verdict =>
  () =>
    message;

/** `new Date(milliseconds)`, `Date.UTC(…)`, `Date.parse(…)`, `instanceof Date` and the type are pure. */
const date: Verdict = node => {
  const parent = node.parent;
  if (parent?.type === 'NewExpression' && parent.callee === node && parent.arguments.length > 0) return undefined;
  if (parent?.type === 'TSTypeReference' || parent?.type === 'BinaryExpression') return undefined;
  const member = memberName(node);
  return member === 'UTC' || member === 'parse' ? undefined : clock;
};

const math: Verdict = node => {
  const member = memberName(node);
  return member === undefined || member === 'random' ? chance : undefined;
};

const verdicts: ReadonlyMap<string, Verdict> = new Map([
  ['Date', date],
  ['Math', math],
  ['Temporal', (node: Node) => (memberName(node) === 'Now' ? clock : undefined)],
  ['performance', always(clock)],
  ['crypto', always(chance)],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map(name => [name, always(timer)] as const),
  ...['process', 'globalThis', 'global', 'fetch', 'navigator'].map(name => [name, always(outside)] as const),
]);

const judge = ({ identifier }: Reference): string | undefined => verdicts.get(identifier.name)?.(identifier);

/** Pure code sees no clock, chance, timer or surroundings but those that it is given. */
export const noAmbient: Rule = {
  meta: { docs: { description: 'No ambient clock, chance, timer or process in code that is replayed' } },
  create: context => ({
    'Program:exit': () => {
      for (const reference of globalReferences(context)) {
        const message = judge(reference);
        if (message !== undefined)
          context.report({ node: reference.identifier, message: `${reference.identifier.name}: ${message}` });
      }
    },
  }),
};
