/** How a process logs, as plain data that crosses threads. */
import type { UserForm } from './line.ts';
import type { Component, Level } from './logger.ts';

export type Threshold = Level | 'silent';

export interface LoggingSettings {
  readonly level: Threshold;
  /** Of parts that have another. */
  readonly levels: { readonly [C in Component]?: Threshold | undefined };
  readonly userIds: UserForm;
  readonly userKey: string;
  /** Whether it may be told what records hold: to a person at a terminal, and where users stand as they are. */
  readonly quotes: boolean;
  /** What may stand in no line. */
  readonly secrets: readonly string[];
  readonly limit: { readonly lines: number; readonly window_s: number };
}
