/** How what is known of generations changes with each decision about them: pure. */
import type { Generation } from '../../als/index.ts';
import { type Candidate, type Control, type LiveGeneration, type Reached, withFormer } from './control.ts';
import type { Adopt, Experiment } from './generation-signals.ts';
import { nothingJudged } from './totals.ts';

/** How the vectors of a generation came to stand, live or beside the live ones. */
export interface Placed {
  readonly as: Omit<Adopt, 'signal'>;
  readonly content: Pick<Generation, 'base' | 'objective'>;
  /** In our count, for one that was trained elsewhere too. */
  readonly base: number;
  readonly saturations: number;
  /** What is configured; see `madeBy`. */
  readonly configured: string;
}

/** Of the generation that was live its last number is kept. */
export function withLive(control: Control, placed: Placed, old: Reached): Control {
  const { live, newest } = control;
  return {
    ...control,
    newest: Math.max(newest, placed.as.generation),
    build: isBuilt(control, placed) ? null : control.build,
    former: withFormer(control, old, live.learnt),
    live: generationOf(control, placed),
  };
}

export function withCandidate(control: Control, placed: Placed & { readonly as: Omit<Experiment, 'signal'> }): Control {
  const { generation, share, startedAt } = placed.as;
  const judged = { live: nothingJudged, candidate: nothingJudged };
  return {
    ...control,
    newest: Math.max(control.newest, generation),
    build: isBuilt(control, placed) ? null : control.build,
    candidate: { ...generationOf(control, placed), generation, share, startedAt, judged },
  };
}

/** `reached` are the last numbers of the candidate. */
export function withoutCandidate(control: Control, reached: Reached): Control {
  const { candidate } = control;
  if (candidate === null) return control;
  const former = withFormer(control, reached, candidate.learnt);
  return { ...control, candidate: null, former };
}

/** The candidate is the live generation from now on, chosen as it is, whatever is configured. */
export function promoted(
  control: Control,
  candidate: Candidate,
  { old, configured }: { readonly old: Reached; readonly configured: string },
): Control {
  const { name, base, learnt, trainedAt, saturations, objective } = candidate;
  return {
    ...control,
    candidate: null,
    former: withFormer(control, old, control.live.learnt),
    live: { name, cause: 'experiment', base, learnt, trainedAt, saturations, objective, configured },
  };
}

/** Whether it is what the build under way was for. */
const isBuilt = ({ build }: Control, { content }: Placed): boolean => build !== null && build.base === content.base;

function generationOf(control: Control, placed: Placed): LiveGeneration {
  const { as, content, base, saturations, configured } = placed;
  const { name, cause, generation, trainedAt } = as;
  const known = control.former[String(generation)];
  const build = isBuilt(control, placed) ? control.build : null;
  return {
    name,
    cause,
    base,
    learnt: known?.learnt ?? build?.learnt ?? control.learnt,
    trainedAt,
    saturations,
    objective: content.objective,
    configured: build?.configured ?? configured,
  };
}
