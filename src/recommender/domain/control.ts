/** What the state of `train` knows about its generations, beside the vectors. */
import type { ModelSettings } from '../../als/index.ts';
import type { Cause } from './generation-signals.ts';
import type { Judged } from './totals.ts';

/** A training that has begun and was not adopted yet. Who trains is no part of the state: that may be nobody. */
export interface Build {
  readonly cause: Cause;
  readonly set: Partial<ModelSettings>;
  /** The base counter of its rows. */
  readonly base: number;
  /** Events learnt before it began. */
  readonly learnt: number;
  /** What was configured then; see `madeBy`. */
  readonly configured: string;
  /** Part of the users that it is to be tried out with; absent where it is to be live. */
  readonly share?: number;
}

/** The generation whose vectors are live. */
export interface LiveGeneration {
  /** Of its files; empty for what was learnt before there was a first generation. */
  readonly name: string;
  readonly cause: Cause | '';
  /** Rows touched at a later base are newer than its training; -1 before the first generation. */
  readonly base: number;
  /** Events learnt before it was trained. */
  readonly learnt: number;
  readonly trainedAt: number;
  /** Factors that have met the end of the grid since it was adopted. */
  readonly saturations: number;
  readonly objective: number | null;
  /** What was configured when it was trained; for one from elsewhere, or one that is live again, when it was adopted. */
  readonly configured: string;
}

/** A generation that is tried out beside the live one, and learns what that learns. */
export interface Candidate extends LiveGeneration {
  readonly generation: number;
  /** Part of the users that it serves, by hash: from 0 to 1. */
  readonly share: number;
  /** Wall clock. */
  readonly startedAt: number;
  /** Since then: each rating is estimated by the model that was published to its user. */
  readonly judged: { readonly live: Judged; readonly candidate: Judged };
}

/** Of a generation that was live, or tried out: where its numbers go on, and how many events had been learnt before it was trained. */
export interface FormerGeneration {
  readonly number: number;
  /** Of each of several tenants. */
  readonly tenants?: Readonly<Record<string, number>> | undefined;
  readonly learnt: number;
}

/** Where the numbers of a model stand that is replaced. */
export interface Reached {
  readonly generation: number;
  readonly number: number;
  readonly tenants: Readonly<Record<string, number>> | undefined;
}

export interface Control {
  /** Text of the settings that were signalled last; empty before any were. */
  readonly configured: string;
  /** The greatest number that a generation has had. */
  readonly newest: number;
  readonly build: Build | null;
  /** Events that were news, since the beginning. */
  readonly learnt: number;
  readonly live: LiveGeneration;
  /** Null while there is no experiment. */
  readonly candidate: Candidate | null;
  /** By number of the generation; the newest of them. */
  readonly former: Readonly<Record<string, FormerGeneration>>;
  /** Base counter when somebody was last erased: a generation of this base or less has learnt from them. */
  readonly erasedAt: number | null;
  /** The same of each tenant: what was learnt of one has nothing of whom another erased. Absent in earlier releases. */
  readonly erasedIn?: Readonly<Record<string, number>>;
}

export const noGeneration: LiveGeneration = {
  name: '',
  cause: '',
  base: -1,
  learnt: 0,
  trainedAt: 0,
  saturations: 0,
  objective: null,
  configured: '',
};

export const begunControl: Control = {
  configured: '',
  newest: 0,
  build: null,
  learnt: 0,
  live: noGeneration,
  candidate: null,
  former: {},
  erasedAt: null,
};

/** Former generations that are remembered; files are kept of fewer. */
const mostFormer = 100;

/** A generation with its numbers so far joins those that were. */
export function withFormer(
  { former }: Pick<Control, 'former'>,
  { generation, ...numbers }: Reached,
  learnt: number,
): Control['former'] {
  const reached: FormerGeneration = { ...numbers, learnt };
  const others = Object.entries(former).filter(([number]) => Number(number) !== generation);
  const all = [...others, [String(generation), reached] as const].sort(([a], [b]) => Number(a) - Number(b));
  return Object.fromEntries(all.slice(-mostFormer));
}

/** Whether an erasure still waits for the generation that has not learnt from whom it erased. */
export const owesErasure = ({ erasedAt, live }: Pick<Control, 'erasedAt' | 'live'>): boolean =>
  erasedAt !== null && live.base <= erasedAt;

/** Whether the vectors of a tenant still come from somebody whom it erased. */
export const owesErasureTo = (tenant: string, { erasedAt, erasedIn, live }: Control): boolean =>
  owesErasure({ erasedAt: erasedIn === undefined ? erasedAt : (erasedIn[tenant] ?? null), live });

/** Somebody of the tenant was erased, who may have been learnt from until this base. */
export const withErasure = (control: Control, tenant: string, base: number): Control => ({
  ...control,
  erasedAt: base,
  erasedIn: { ...control.erasedIn, [tenant]: base },
});

/** Events that are worth a first generation: of fewer there is nothing to be learnt that cuts do not learn as well. */
export const firstGeneration = 100;

/** Whether so many events call for the first generation, or for the next one. */
export const hasGrown = (
  { live }: Pick<Control, 'live'>,
  learnt: number,
  { growth, first }: { readonly growth: number; readonly first: number },
): boolean => learnt >= Math.max(first, growth * live.learnt);
