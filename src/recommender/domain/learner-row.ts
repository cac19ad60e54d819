/** What the learner knows beside its models, as its checkpoint holds it. */
import type { Control } from './control.ts';
import type { LearnerSettings } from './learner-settings.ts';
import type { Totals } from './totals.ts';

export const learnerKey = 'learner';

/** What earlier releases wrote lacks what they did not know. */
type Stored = Partial<Totals> & { readonly control?: Partial<Control> };

export const rowOf = (totals: Totals, control: Control): string => JSON.stringify({ ...totals, control });

export const storedOf = (value: string | Uint8Array | undefined): Stored =>
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
  value === undefined ? {} : (JSON.parse(value.toString()) as Stored);

// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the state returns what was signalled
export const settingsOf = (text: string): LearnerSettings => JSON.parse(text) as LearnerSettings;
