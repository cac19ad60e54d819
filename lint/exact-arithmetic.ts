import { globalReferences, memberName } from './scopes.ts';
import type { Rule } from './types.ts';

/** Functions whose result IEEE 754 and ECMAScript fix to the last bit; exp, log, pow and their kin they leave open. */
const exact = new Set('abs ceil clz32 floor fround imul max min round sign sqrt trunc'.split(' '));

const message = 'differs between engines in its last bit: the model uses only + - * / and exact functions of Math';

/** The model is bit-identical on every machine, so its arithmetic is, too. */
export const exactArithmetic: Rule = {
  meta: { docs: { description: 'Only exactly specified arithmetic in the model' } },
  create: context => ({
    BinaryExpression: node => {
      if (node.operator === '**') context.report({ node, message: `** ${message}` });
    },
    AssignmentExpression: node => {
      if (node.operator === '**=') context.report({ node, message: `**= ${message}` });
    },
    'Program:exit': () => {
      for (const { identifier } of globalReferences(context)) {
        const member = memberName(identifier) ?? '';
        if (identifier.name === 'Math' && !exact.has(member))
          context.report({ node: identifier, message: `Math.${member} ${message}` });
      }
    },
  }),
};
