/** Under which licences what comes with Millrace may be, and which it is under where it does not say so itself. */

/** All of them let everybody use, change and sell what they license, for notices that are kept with it. */
export const allowed: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
];

/** By name and version, since the next one may say something else; with where it says so. */
export const said: Readonly<Record<string, { readonly licence: string; readonly where: string }>> = {
  'semaphore@1.1.0': { licence: 'MIT', where: 'its README.md; its package.json names none' },
};

export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** SPDX identifiers, or an expression of several; empty where nothing is said. */
  readonly licences: readonly string[];
}

/** A package whose licence nobody has looked at, or that is not one of those above. */
export class LicenceNotAllowed extends Error {
  constructor(packages: readonly Licensed[]) {
    const each = packages.map(
      ({ name, version, licences }) => `${name}@${version}: ${licences.join(' and ') || 'none'}`,
    );
    super(
      `Nobody has allowed the licence of ${each.join(', ')}. Do without the package, or say in scripts/sbom/licences.ts that it may be used`,
    );
    this.name = 'LicenceNotAllowed';
  }
}

/** @throws {LicenceNotAllowed} naming each package with a licence that is not allowed, with several of which one is not, or with none */
export function checkLicences(packages: readonly Licensed[]): void {
  const refused = packages.filter(
    ({ licences }) => licences.length === 0 || !licences.every(licence => allowed.includes(licence)),
  );
  if (refused.length > 0) throw new LicenceNotAllowed(refused);
}
