/** Says what is wrong with an application that cannot be loaded or wired: which file, where in it, and what to do. */
import { pathOf } from '../app/application.ts';
import { BuildError } from '../engine/errors.ts';
import { Graph } from '../engine/graph.ts';
import type { Topology } from '../engine/topology.ts';
import { MillraceError } from '../errors.ts';

/** What to do about an error of Node's loader, by its code. */
const remedies: ReadonlyMap<unknown, string> = new Map([
  [
    'ERR_MODULE_NOT_FOUND',
    'Install the package where the file is, or mend the import: one of a file names its extension, as in `./streams.ts`',
  ],
  [
    'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
    'Node takes types away and does nothing else: write it without (`erasableSyntaxOnly` finds such places), or name the built JavaScript',
  ],
]);

/** What `load` answers. @throws {BuildError} where the module at the URL cannot be evaluated */
export async function loaded<T>(url: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause;
    const remedy = remedies.get(codeOf(cause)) ?? 'Mend the module';
    throw new BuildError(`${placeOf(cause) ?? pathOf(url)} cannot be loaded: ${textOf(cause)}`, remedy, { cause });
  }
}

/** Wires each topology dry. @throws {BuildError} that names the topology whose function throws, and where */
export function refuseUnbuildable(topologies: readonly Topology[]): void {
  for (const topology of topologies) {
    try {
      Graph.streamsOf([topology]);
    } catch (cause) {
      if (codeOf(cause) !== undefined) throw cause;
      const place = placeOf(cause);
      const where = place === undefined ? '' : ` at ${place}`;
      throw new BuildError(
        `Topology '${topology.name}' cannot be wired: ${textOf(cause)}${where}`,
        'Mend its function: it may only wire what the task gives it',
        { cause },
      );
    }
  }
}

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined);

/**
 * `FILE:LINE` of somebody's own code: Node puts it before the message of what it cannot parse, else it is the first
 * frame that is neither Node's nor that of an installed package.
 */
function placeOf(cause: unknown): string | undefined {
  const { stack = '' } = cause instanceof Error ? cause : {};
  const [before] = /^(?:file:\/\/)?\/[^\n]*:\d+$/m.exec(stack.split('\n')[0] ?? '') ?? [];
  const frames = [...stack.matchAll(/(?:at |\()((?:file:\/\/)?\/[^()]+:\d+):\d+\)?$/gm)].map(([, frame = '']) => frame);
  const place = before ?? frames.find(frame => !frame.includes('/node_modules/'));
  return place?.replace(/^file:\/\//, '');
}
