/**
 * A workflow as checkov's own schema of GitHub's workflows knows it: a file that is newer than that schema is passed over
 * without a word. What is taken out says nothing of what checkov looks for.
 */
export const readable = (workflow: string): string =>
  workflow
    // An expression is a boolean to GitHub only.
    .replaceAll(/^( *cancel-in-progress:) .*$/gm, '$1 true')
    // A permission of 2024.
    .replaceAll(/^ *attestations: .*\n/gm, '');
