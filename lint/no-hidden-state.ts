import { memberName, scopesOf } from './scopes.ts';
import type { Node, Reference, Rule } from './types.ts';

const mutators = new Set(
  'set add delete clear push pop shift unshift splice sort reverse fill copyWithin next'.split(' '),
);

/** Whether `node` is the object of a call that changes it, or of an assignment to a member. */
function isChanged(node: Node): boolean {
  const member = node.parent;
  if (member?.type !== 'MemberExpression' || member.object !== node) return false;
  const use = member.parent;
  if (use.type === 'CallExpression') return use.callee === member && mutators.has(memberName(node) ?? '');
  if (use.type === 'AssignmentExpression') return use.left === member;
  return use.type === 'UpdateExpression';
}

/** Whether an inner function changes, by this reference, what belongs to the function or module around it. */
function changesOuter(reference: Reference): boolean {
  const { resolved, from, identifier } = reference;
  if (resolved === null || resolved.defs.length === 0) return false;
  return from.variableScope !== resolved.scope.variableScope && (reference.isWrite() || isChanged(identifier));
}

/** What is remembered from one record to the next lives in the engine's state, where a crash cannot lose it. */
export const noHiddenState: Rule = {
  meta: { docs: { description: 'No variable of a topology is changed from inside its steps' } },
  create: context => ({
    'Program:exit': () => {
      for (const reference of scopesOf(context).flatMap(scope => scope.references)) {
        if (!changesOuter(reference)) continue;
        const message =
          `${reference.identifier.name} is memory that no checkpoint holds: ` +
          "keep it in the task's keyed, windowed or table";
        context.report({ node: reference.identifier, message });
      }
    },
  }),
};
