import type { RuleTester } from 'oxlint/plugins-dev';

/** Oxlint exports its plugin types only through the tester's signature. */
export type Rule = Parameters<RuleTester['run']>[1];
export type Context = Parameters<NonNullable<Rule['create']>>[0];
type Visitor = ReturnType<NonNullable<Rule['create']>>;
type NodeOf<Name extends keyof Visitor> = Parameters<NonNullable<Visitor[Name]>>[0];

export type Call = NodeOf<'CallExpression'>;
export type Import = NodeOf<'ImportDeclaration'>;
export type Argument = Call['arguments'][number];
export type Scope = ReturnType<Context['sourceCode']['getScope']>;
export type Reference = Scope['references'][number];
export type Node = NonNullable<Call['parent']>;
