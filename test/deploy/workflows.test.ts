/** What every workflow keeps to: known actions, no rights but those that a job names, and no text of others in a script. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { knownActions } from '../support/known-actions.ts';
import { steps, workflowPaths } from '../support/workflows.ts';

test.for(steps().filter(({ uses }) => uses !== undefined))('$where takes an action by a commit that was seen', step => {
  const [action = '', commit] = (step.uses ?? '').split('@');
  expect(knownActions[action]).toMatchObject({ commit });
});

test('the tag beside a commit is the one that names it', () => {
  const lines = workflowPaths().flatMap(path => readFileSync(path, 'utf8').split('\n'));
  const taken = lines.filter(line => /^\s*(- )?uses:/.test(line));
  expect(taken).not.toEqual([]);
  for (const line of taken) {
    const [, action = '', commit, tag] = /uses: ([\w-]+\/[\w-]+)@([0-9a-f]{40}) # (v[\d.]+)$/.exec(line) ?? [];
    expect(knownActions[action]).toEqual({ commit, tag });
  }
});

test.for(steps().filter(({ run }) => run !== undefined))('$where is a script that nobody else writes in', ({ run }) => {
  expect(run).not.toContain('${{');
});
