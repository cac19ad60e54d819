/** What checkov prints with `-o json`, and what it means with what we accept. */
import { z } from 'zod';

const Found = z.object({ check_id: z.string(), check_name: z.string(), resource: z.string(), file_path: z.string() });
const Summary = z.object({ passed: z.int(), failed: z.int(), parsing_errors: z.int() });
/** Without a file of its framework it prints the summary alone, and `results` is not there. */
const Printed = z.union([
  z.object({ results: z.object({ failed_checks: z.array(Found) }), summary: Summary }),
  Summary.transform(summary => ({ results: { failed_checks: [] }, summary })),
]);
export type Found = z.infer<typeof Found>;
export type Report = { readonly found: readonly Found[]; readonly passed: number; readonly unread: number };

/** A check whose findings in these subjects stay, with why. */
export type Accepted = { readonly check: string; readonly subjects: readonly string[]; readonly why: string };

/** @throws {ZodError} where checkov prints something else */
export function read(printed: string): Report {
  const { results, summary } = Printed.parse(JSON.parse(printed));
  return { found: results.failed_checks, passed: summary.passed, unread: summary.parsing_errors };
}

export type Judgement = {
  /** A line for each finding that nobody accepted. */
  readonly refused: readonly string[];
  /** What was accepted of this subject and is not found in it any more. */
  readonly stale: readonly string[];
};

/** What is left of the findings of a subject. */
export function judged({ found }: Report, subject: string, accepted: readonly Accepted[]): Judgement {
  const known = accepted.filter(({ subjects }) => subjects.includes(subject)).map(({ check }) => check);
  const ids = found.map(({ check_id }) => check_id);
  return {
    refused: found.filter(({ check_id }) => !known.includes(check_id)).map(line),
    stale: known.filter(check => !ids.includes(check)),
  };
}

const line = ({ check_id, check_name, resource, file_path }: Found): string =>
  `${check_id} ${check_name}: ${resource} of ${file_path}`;
