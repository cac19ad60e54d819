import { counterparts } from './counterparts.ts';
import type { Argument, Call, Context, Import, Rule } from './types.ts';

/**
 * All that a topology may take from RxJS: operators that keep nothing, lose nothing and wait for nothing,
 * and the two sources that are useful inside mergeMap. A list of what is allowed rather than of what is not,
 * because RxJS has 110 operators and grows.
 */
const stateless = new Set(['map', 'filter', 'mergeMap', 'concatMap', 'mergeWith', 'share', 'pipe', 'identity']);
const sources = new Set(['of', 'EMPTY']);

const allowed = [...stateless, ...sources].join(', ');

const isRxjs = (specifier: string): boolean => specifier === 'rxjs' || specifier.startsWith('rxjs/');

const isAsync = (argument: Argument | undefined): boolean =>
  (argument?.type === 'ArrowFunctionExpression' || argument?.type === 'FunctionExpression') && argument.async;

function checkImport(context: Context, node: Import): void {
  if (node.importKind === 'type') return;
  for (const specifier of node.specifiers) {
    if (specifier.type !== 'ImportSpecifier') {
      context.report({ node: specifier, message: `Import by name what you use of RxJS: one of ${allowed}` });
      continue;
    }
    const name = specifier.imported.type === 'Literal' ? specifier.imported.value : specifier.imported.name;
    if (specifier.importKind === 'type' || stateless.has(name) || sources.has(name)) continue;
    const instead = counterparts.get(name) ?? `a topology may use ${allowed}, or an operator of the engine`;
    context.report({ node: specifier, message: `${name} hides loss, state or a clock from the engine: ${instead}` });
  }
}

function checkCall(context: Context, node: Call): void {
  if (node.callee.type !== 'Identifier') return;
  const { name } = node.callee;
  if (name === 'share' && node.arguments.length > 0)
    context.report({ node, message: 'share with options can replay or reset: use share() as it is' });
  if ((name === 'mergeMap' || name === 'concatMap') && isAsync(node.arguments[0]))
    context.report({ node, message: `${name} of a promise emits outside its epoch: use the task's async operator` });
}

export const statelessOperators: Rule = {
  meta: { docs: { description: 'Only stateless RxJS operators in topologies' } },
  create: context => ({
    ImportDeclaration: node => {
      if (isRxjs(node.source.value)) checkImport(context, node);
    },
    ImportExpression: node => {
      if (node.source.type === 'Literal' && typeof node.source.value === 'string' && isRxjs(node.source.value))
        context.report({ node, message: 'Import RxJS statically, so that what is used of it can be seen' });
    },
    ExportNamedDeclaration: node => {
      if (node.source !== null && isRxjs(node.source.value))
        context.report({ node, message: 'Do not pass RxJS on: whoever needs an operator imports it' });
    },
    ExportAllDeclaration: node => {
      if (isRxjs(node.source.value))
        context.report({ node, message: 'Do not pass RxJS on: whoever needs an operator imports it' });
    },
    CallExpression: node => checkCall(context, node),
  }),
};
