/** The sections of CHANGELOG.md, each under `## `: the first is what was not released yet. */

/** What a section says, without its heading; undefined where there is none. */
export function sectionOf(changelog: string, version: string): string | undefined {
  const parts = changelog.split(/^## /m).slice(1);
  const found = parts.find(part => headingOf(part) === version);
  return found?.slice(found.indexOf('\n')).trim();
}

/** `[1.2.3] - 2026-11-26` and `1.2.3 - 2026-11-26` are the section of 1.2.3. */
const headingOf = (part: string): string =>
  (part.split('\n', 1)[0] ?? '').replace(/ - .*$/, '').replaceAll(/[[\]]/g, '');

/** Gives what was not released a version and a day, under a new empty section. @throws {Error} where there is nothing to release */
export function released(changelog: string, version: string, day: string): string {
  const waiting = sectionOf(changelog, 'Unreleased');
  if (waiting === undefined || waiting === '') throw new Error('CHANGELOG.md says nothing under `## Unreleased`');
  if (sectionOf(changelog, version) !== undefined) throw new Error(`CHANGELOG.md has a section ${version} already`);
  return changelog.replace(/^## Unreleased$/m, `## Unreleased\n\n## ${version} - ${day}`);
}
