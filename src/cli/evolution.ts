/** What the release that is about to run makes of the state that is there, task by task. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Ports } from '../app/compose.ts';
import type { PortSettings } from '../app/port-settings.ts';
import { previewsOf, type TaskPreview } from '../engine/evolution/preview.ts';
import type { Graph } from '../engine/graph.ts';
import { newestCheckpoint } from '../engine/snapshot.ts';
import type { CheckpointHead } from '../engine/state/store.ts';
import { Unhealthy } from './errors.ts';

type Where = Pick<PortSettings, 'data' | 'state'>;

/** Looks at the local checkpoint of each task, at the newest snapshot of those that have none here; changes nothing. */
export async function previewAll(
  ports: Ports,
  graph: Graph,
  { data, state = data }: Where,
): Promise<readonly TaskPreview[]> {
  // Whoever only looks begins no file of checkpoints.
  const store = existsSync(join(state, 'state.db')) ? ports.openStore() : undefined;
  const headOf = async (task: string): Promise<CheckpointHead | undefined> =>
    store?.head(task) ?? (await newestCheckpoint(ports.snapshots, task));
  return previewsOf(graph, { journal: ports.documents.journal, registry: ports.registry }, headOf);
}

/** One line a task that changes or is refused; tasks that stay as they are, are counted. */
export function previewText(previews: readonly TaskPreview[]): string {
  const changing = previews.filter(({ evolves, refused }) => evolves || refused !== null);
  const same = previews.length - changing.length;
  return [
    ...changing.map(preview => `${preview.task}: ${wordsOf(preview)}`),
    `${same} of ${previews.length} tasks with state go on with it as it is`,
  ].join('\n');
}

function wordsOf({ renamed, dropped, added, left, underWay, refused }: TaskPreview): string {
  if (refused !== null) return `REFUSED. ${refused}`;
  const words = [
    ...Object.entries(renamed).map(([former, now]) => `'${former}' becomes '${now}'`),
    ...listed('state goes of', dropped),
    ...listed('added', added),
    ...listed('left', left),
    ...(underWay ? ['its release has an epoch to end first: stop it in order'] : []),
  ];
  return words.length === 0 ? 'another release, with the same state' : words.join('; ');
}

const listed = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${what} ${names.map(name => `'${name}'`).join(', ')}`];

/** For `doctor`. @throws {Unhealthy} where a task would not start */
export function stateFits(previews: readonly TaskPreview[]): string {
  const refused = previews.filter(preview => preview.refused !== null);
  const [first] = refused;
  if (first === undefined) return previewText(previews).replaceAll('\n', '; ');
  throw new Unhealthy(
    `${refused.length} of ${previews.length} tasks would not start: ${first.refused}`,
    '`millrace run --dry-run` says it of each',
  );
}
