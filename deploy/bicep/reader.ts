/**
 * What stands in a file of Bicep, by the grammar of tree-sitter-bicep: there is no compiler to ask here. It tells
 * declarations, the names that they use and what is written out in full; it evaluates nothing.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Language, type Node, Parser } from 'web-tree-sitter';
import { MillraceError } from '../../src/errors.ts';
import { isWritten, textOf, type Written, writtenIn } from './written.ts';

export interface Declaration {
  readonly kind: 'parameter' | 'variable' | 'type' | 'module' | 'resource' | 'output' | 'import';
  readonly name: string;
  readonly line: number;
  /** File or registry's address of a module, type and API version of a resource. */
  readonly of?: string;
  /** A resource that is there already. */
  readonly existing: boolean;
  /** Of a parameter without one it has to be given. */
  readonly value?: Written;
  /** Names of others that it uses, each once; those of its own loops are left out. */
  readonly uses: ReadonlySet<string>;
  /** Outputs of modules that it reads: `module.output`. */
  readonly reads: ReadonlySet<string>;
}

export interface BicepFile {
  readonly path: string;
  readonly declarations: readonly Declaration[];
  /** Of a file of parameters: the file that they are for. */
  readonly using?: string;
}

/** A file is not Bicep. */
export class NotBicep extends MillraceError {
  readonly code = 'NOT_BICEP';
  constructor(path: string, line: number, text: string) {
    super(`${path}:${line} cannot be read: ${text.split('\n', 1)[0] ?? ''}`, 'Mend it as Bicep has it');
  }
}

export async function readBicep(path: string): Promise<BicepFile> {
  return parseBicep(await readFile(path, 'utf8'), path, await parserOf());
}

/** The grammar knows no file of parameters: `param name = value` reads as `var name = value` in its place. */
export function parseBicep(text: string, path: string, parser: Parser): BicepFile {
  const isParameters = path.endsWith('.bicepparam');
  const tree = parser.parse(isParameters ? text.replaceAll(/^param(?= +\w+ *=)/gm, 'var  ') : text);
  if (tree === null) throw new NotBicep(path, 1, text);
  const { rootNode } = tree;
  const broken = firstError(rootNode);
  if (broken !== undefined) throw new NotBicep(path, broken.startPosition.row + 1, broken.text);
  const using = rootNode.namedChildren.find(({ type }) => type === 'using_statement')?.namedChildren[0];
  const declarations = rootNode.namedChildren.flatMap(node => declarationIn(node));
  return { path, declarations, ...(using === undefined ? {} : { using: textOf(using) }) };
}

let parser: Promise<Parser> | undefined;

/** Of one process, which has loaded the grammar once. */
export const parserOf = (): Promise<Parser> => (parser ??= loaded());

async function loaded(): Promise<Parser> {
  await Parser.init();
  const grammar = fileURLToPath(import.meta.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));
  return new Parser().setLanguage(await Language.load(await readFile(grammar)));
}

const kinds: Readonly<Record<string, Declaration['kind']>> = {
  parameter_declaration: 'parameter',
  variable_declaration: 'variable',
  type_declaration: 'type',
  module_declaration: 'module',
  resource_declaration: 'resource',
  output_declaration: 'output',
};

function declarationIn(node: Node): Declaration[] {
  if (node.type === 'import_functionality') return importedBy(node);
  const kind = kinds[node.type];
  const [named, ...rest] = node.namedChildren;
  if (kind === undefined || named === undefined) return [];
  const isPlaced = kind === 'module' || kind === 'resource';
  const written = kind === 'parameter' || kind === 'output' ? rest.filter(({ type }) => type !== 'type') : rest;
  const of = isPlaced ? written.shift() : undefined;
  const value = written.find(({ type }) => type !== 'decorators' && type !== 'comment');
  return [
    {
      kind,
      name: named.text,
      line: node.startPosition.row + 1,
      existing: node.children.some(({ text }) => text === 'existing'),
      uses: usedIn(rest),
      reads: readIn(node),
      ...(of === undefined ? {} : { of: textOf(of) }),
      ...(value === undefined ? {} : { value: writtenIn(value) }),
    },
  ];
}

/** Each name of an import is a declaration of what the file has it from. */
function importedBy(node: Node): Declaration[] {
  const from = node.namedChildren.find(({ type }) => type === 'string');
  const names = node.namedChildren.filter(({ type }) => type === 'identifier');
  const nothing = { existing: false, uses: new Set<string>(), reads: new Set<string>() };
  return names.map(({ text, startPosition }) => ({
    kind: 'import',
    name: text,
    line: startPosition.row + 1,
    ...(from === undefined ? {} : { of: textOf(from) }),
    ...nothing,
  }));
}

/** An identifier that is no key, no function, no property and no loop's own name. */
function usedIn(nodes: readonly Node[], own: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const used = new Set<string>();
  for (const node of nodes) for (const name of usesOf(node, own)) used.add(name);
  return used;
}

function usesOf(node: Node, own: ReadonlySet<string>): Iterable<string> {
  if (node.type === 'identifier') return own.has(node.text) ? [] : [node.text];
  const children = node.namedChildren;
  if (node.type === 'object_property') {
    const [key, ...values] = children.filter(isWritten);
    return usedIn(key?.type === 'identifier' ? values : children, own);
  }
  if (node.type === 'call_expression') return usedIn(children.slice(1).concat(calledOn(children[0])), own);
  if (node.type === 'for_statement') return usedIn(children.slice(1), new Set([...own, ...loopNames(node)]));
  if (node.type === 'lambda_expression') return usedIn(children.slice(1), new Set([...own, ...namesIn(children[0])]));
  return usedIn(children, own);
}

/** Of `a.b()` the `a`, of `f()` nothing. */
const calledOn = (called: Node | undefined): Node[] =>
  called === undefined || called.type === 'identifier' ? [] : [called];

const namesIn = (node: Node | undefined): string[] =>
  node === undefined ? [] : node.namedChildren.length === 0 ? [node.text] : node.namedChildren.flatMap(namesIn);

/** One, or the item and its index. */
function loopNames(node: Node): string[] {
  const [first] = node.namedChildren;
  return namesIn(first);
}

function readIn(node: Node): ReadonlySet<string> {
  return new Set(
    [...node.text.matchAll(/\b(\w+)!?\.\??outputs\.\??(\w+)/g)].map(([, of, output]) => `${of}.${output}`),
  );
}

function firstError(node: Node): Node | undefined {
  if (!node.hasError) return undefined;
  if (node.isError || node.isMissing) return node;
  for (const child of node.children) {
    const error = firstError(child);
    if (error !== undefined) return error;
  }
  return node;
}
