import type { Interaction } from './interaction.ts';
import type { ModelSettings } from './settings.ts';
import type { Learnt, ModelVersion, RowValue, Scored, Vectors } from './types.ts';

/** The face only: what it does follows. */
export declare class Model {
  readonly settings: ModelSettings;
  constructor(settings?: Partial<ModelSettings>);
  get version(): ModelVersion;
  get counts(): { readonly users: number; readonly items: number; readonly ratings: number };
  get mean(): number;
  learn(events: readonly Interaction[]): Learnt;
  train(sweeps?: number): Learnt;
  user(id: string): Vectors | undefined;
  item(id: string): Vectors | undefined;
  score(userId: string, itemId: string): number | undefined;
  stars(userId: string, itemId: string): number | undefined;
  topN(userId: string, options: { readonly n: number; readonly exclude?: ReadonlySet<string> }): Scored[];
  similar(itemId: string, n: number): Scored[];
  popular(n: number): Scored[];
  seen(userId: string): string[];
  hash(): string;
  dirty(): Iterable<readonly [key: string, value: RowValue | null]>;
  clean(): void;
  restoreRow(key: string, value: RowValue): void;
  finishRestore(): void;
  undo(read: (key: string) => RowValue | undefined): void;
}
