import type { Argument, Context, Reference, Rule } from './types.ts';

const literals = new Set(['ArrowFunctionExpression', 'FunctionExpression', 'ObjectExpression']);

const message =
  'RxJS reports what this subscriber throws off the stack, where no epoch fails: subscribe a sink of the task, ' +
  'as in .subscribe(task.write(stream))';

/** Whether a name stands for a function or an object literal that this file defines. */
function namesLiteral(context: Context, argument: Argument): boolean {
  if (argument.type !== 'Identifier') return false;
  const isUse = (reference: Reference): boolean => reference.identifier === argument;
  const variable = context.sourceCode.getScope(argument).references.find(isUse)?.resolved;
  return (variable?.defs ?? []).some(({ node }) => {
    if (node.type === 'FunctionDeclaration') return true;
    return node.type === 'VariableDeclarator' && literals.has(node.init?.type ?? '');
  });
}

/** The only subscribers of a topology are the task's sinks. */
export const noBareSubscriber: Rule = {
  meta: { docs: { description: 'No function or object literal as a subscriber in topologies' } },
  create: context => ({
    CallExpression: node => {
      const { callee } = node;
      if (callee.type !== 'MemberExpression' || callee.computed || callee.property.name !== 'subscribe') return;
      const [sink, ...more] = node.arguments;
      const isSink =
        sink !== undefined && more.length === 0 && !literals.has(sink.type) && !namesLiteral(context, sink);
      if (!isSink) context.report({ node, message });
    },
  }),
};
