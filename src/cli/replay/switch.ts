/** Switches a namespace in: from one moment on it is what is served and run. */
import type { Ports } from '../../app/compose.ts';
import { Graph } from '../../engine/graph.ts';
import { MillraceError } from '../../errors.ts';
import { original } from '../../replay/namespace.ts';
import { Namespaces } from '../../replay/namespaces.ts';
import { seconds, type Millis } from '../../stream/time.ts';
import { type Application, partitionsOf } from '../application.ts';
import { behindOf, type Goals } from './goals.ts';
import { liftEnd } from './prepare.ts';

/** The namespace is not yet what it is going to be. */
export class NotReady extends MillraceError {
  readonly code = 'NOT_READY';
}

export interface Switching {
  readonly name: string;
  /** Of any namespace. */
  readonly base: Ports;
  readonly application: Application;
}

/** Answers the name that was served before. @throws {NotReady} {NamespaceError} */
export async function switchIn({ name, base, application }: Switching): Promise<string> {
  const namespaces = new Namespaces(base.documents);
  if (name !== original) await refuseUnready({ name, base, application });
  return namespaces.switchTo(name, base.clock.now());
}

async function refuseUnready({ name, base, application }: Switching): Promise<void> {
  const namespace = await new Namespaces(base.documents).get(name);
  const { readers, topologies } = namespace;
  if (readers.length > 0)
    throw new NotReady(
      `${readers.join(', ')} read what was replayed in '${name}' and were not replayed with it`,
      `Replay them together: --topology ${[...topologies, ...readers].join(' ')}`,
    );
  const { transport } = await base.at(name);
  const graph = new Graph(application.topologies, await partitionsOf(application, transport));
  const behind = await untilNear({ transport, graph, namespace }, base.clock);
  if (behind > 0)
    throw new NotReady(
      `'${name}' is ${behind} records behind`,
      `Let \`millrace replay --into ${name}\` come to its end first`,
    );
  await liftEnd(base, name);
}

/** Offsets are told about once a second, so one that follows the live stream is looked at for a while. */
async function untilNear(goals: Goals, clock: Ports['clock']): Promise<number> {
  const until: Millis = clock.now() + seconds(10);
  const follows = goals.namespace.sources.some(({ to }) => to === null);
  for (const ends = new Map<string, number>(); ;) {
    const behind = await behindOf(goals, ends);
    if (behind === 0 || !follows || clock.now() >= until) return behind;
    await clock.sleep(lookEvery, new AbortController().signal);
  }
}

const lookEvery: Millis = 100;
