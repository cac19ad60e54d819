/** Looking at a log before anything runs: what somebody needs of it, and how things stand, in words. */

export interface Needs {
  /** Topics that are read, and those that are written. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Groups that offsets are committed for. */
  readonly groups: readonly string[];
}

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** How it is; where it is wrong also what to do. */
  readonly message: string;
}

/** An error says what is wrong and what to do; what a check answers is how things stand. */
export async function found(name: string, check: () => Promise<string> | string): Promise<Finding> {
  try {
    return { name, ok: true, message: await check() };
  } catch (error) {
    return { name, ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}
