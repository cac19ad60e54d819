/** What a drill is, and which there are. */
import type { Choice } from './equipment.ts';
import { documents } from './documents.ts';
import { kill } from './kill.ts';
import { restore } from './restore.ts';
import { rollback } from './rollback.ts';
import { retention } from './retention.ts';
import { rotate } from './rotate.ts';
import { rebuild } from './rebuild.ts';
import { redrive } from './redrive.ts';
import type { Stage } from './stage.ts';

export interface Drill {
  readonly name: string;
  /** What is damaged, and what has to come of it, in a line. */
  readonly about: string;
  /** The adapters that it can be done on, beside the embedded ones. */
  readonly on: { readonly [part in keyof Choice]?: readonly Choice[part][] };
  /** Does it; throws where something is not as it has to be. */
  readonly run: (stage: Stage) => Promise<void>;
}

export const drills: readonly Drill[] = [kill, restore, rebuild, documents, retention, rollback, redrive, rotate];
