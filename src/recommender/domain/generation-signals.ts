/** What is decided about generations outside of the log, and journalled before it counts. */
import type { Item, Rating } from '../../../schemas/types.ts';
import type { Generation, ModelSettings } from '../../als/index.ts';
import type { LearnerSettings } from './learner-settings.ts';

export const causes = [
  'command',
  'schedule',
  'growth',
  'drift',
  'saturation',
  'erasure',
  'settings',
  'rollback',
  'import',
  'experiment',
] as const;
export type Cause = (typeof causes)[number];

/** The configuration differs from what the state was told last. */
export interface Configure {
  readonly signal: 'configure';
  readonly settings: LearnerSettings;
}

/** A training begins: rows that are touched from here on will be solved anew when it is adopted. */
export interface Begin {
  readonly signal: 'begin';
  readonly cause: Cause;
  /** In place of what is configured. */
  readonly set?: Partial<ModelSettings>;
  /** Where the generation is to be tried out with a part of the users, and not to be live: which part, from 0 to 1. */
  readonly share?: number;
}

/** Nobody trains any more: it failed too often. */
export interface Abandon {
  readonly signal: 'abandon';
}

/** The vectors of a generation take the place of the live ones. They are too large for a plan: its files are named. */
export interface Adopt {
  readonly signal: 'adopt';
  readonly name: string;
  /** Its number; that of a generation that was live before is the one that it had. */
  readonly generation: number;
  readonly cause: Cause;
  readonly trainedAt: number;
  /** Trained elsewhere, it knows nothing of our base counter: rows are behind from now on, not since then. */
  readonly isForeign: boolean;
}

/** The vectors of a generation stand beside the live ones, for a part of the users; of one that does already, another part. */
export interface Experiment extends Omit<Adopt, 'signal'> {
  readonly signal: 'experiment';
  /** From 0 to 1; by hash of the user. */
  readonly share: number;
  readonly startedAt: number;
}

/** The experiment with the generation of this name ends, and everybody is served by the live one again. */
export interface Stop {
  readonly signal: 'stop';
  readonly name: string;
}

/** The experiment with the generation of this name ends, and that is the live one. */
export interface Promote {
  readonly signal: 'promote';
  readonly name: string;
}

export type GenerationSignal = Configure | Begin | Abandon | Adopt | Experiment | Stop | Promote;

/** Signals that name files. */
export type Filed = Adopt | Experiment;

/** As it reaches the learner: with the vectors, where it names some. */
export type PreparedSignal = Exclude<GenerationSignal, Filed> | (Filed & { readonly content: Generation });

export const isFiled = (signal: GenerationSignal): signal is Filed =>
  signal.signal === 'adopt' || signal.signal === 'experiment';

/** All that `train` learns from. */
export type LearnerInput = Rating | Item | PreparedSignal;

export const isSignal = (input: LearnerInput): input is PreparedSignal => 'signal' in input;
export const isItem = (input: LearnerInput): input is Item => 'title' in input;
