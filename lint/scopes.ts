import type { Context, Node, Reference, Scope } from './types.ts';

const withInner = (scope: Scope): Scope[] => [scope, ...scope.childScopes.flatMap(withInner)];

/** Every scope of the file, outermost first. */
export function scopesOf(context: Context): Scope[] {
  const outermost = context.sourceCode.scopeManager.globalScope;
  return outermost === null ? [] : withInner(outermost);
}

/** Every use in the file of a name that the file does not define. */
export function globalReferences(context: Context): Reference[] {
  return scopesOf(context)
    .flatMap(scope => scope.references)
    .filter(reference => reference.resolved === null || reference.resolved.defs.length === 0);
}

/** The name after the dot where `object` is the left side of `object.name`, else undefined. */
export function memberName(object: Node): string | undefined {
  const parent = object.parent;
  if (parent?.type !== 'MemberExpression' || parent.object !== object || parent.computed) return undefined;
  return parent.property.name;
}
