/** Which model serves whom: the live one, and while an experiment runs the candidate a part of the users. */
import type { Model } from '../../als/index.ts';
import type { Candidate } from './control.ts';
import { inCandidate } from './experiment.ts';

export interface Served {
  readonly live: Model;
  /** Undefined while there is no experiment. */
  readonly candidate: { readonly model: Model; readonly about: Candidate } | undefined;
}

/** Whether the user belongs to the arm of the candidate. */
export const isTried = (candidate: Pick<Candidate, 'generation' | 'share'> | null | undefined, user: string): boolean =>
  !!candidate && inCandidate(user, candidate.generation, candidate.share);

export const modelOf = ({ live, candidate }: Served, user: string): Model =>
  candidate !== undefined && isTried(candidate.about, user) ? candidate.model : live;
