/** What may not be in the image, of a list of its files. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export type Entry = {
  /** From the root of the image on: `/app/bin/millrace.cjs`. */
  readonly path: string;
  /** Permissions, with the bits of setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
};

export type Rules = {
  readonly uid: number;
  readonly gid: number;
  /** Folders that the user may write to, and all below them. */
  readonly writable: readonly string[];
  /** Packages that only building takes, by their folders below /app. */
  readonly development: readonly string[];
};

const setId = 0o6000;
const sticky = 0o1000;
const secretive =
  /(^|\/)(\.env[^/]*|\.npmrc|\.git|\.netrc|id_(rsa|ed25519)|[^/]+\.(p12|pfx|jks|keystore)|[^/]*secret[^/]*\.ya?ml)$/;

/** A line for each file that should not be as it is, or not be there. */
export function faults(entries: readonly Entry[], rules: Rules): string[] {
  const development = new Set(rules.development.map(path => `/app/${path}`));
  return entries.flatMap(entry => {
    const { path, mode, kind } = entry;
    return [
      ...(kind === 'file' && (mode & setId) !== 0 ? [`${path} runs as its owner or group, whoever starts it`] : []),
      ...(isWritable(entry, rules) ? [`${path} can be written by the user`] : []),
      ...(development.has(path) ? [`${path} is only for building`] : []),
      ...(path.startsWith('/app/') && secretive.test(path) ? [`${path} may hold a secret`] : []),
    ];
  });
}

/** Links have no rights of their own, and in a folder with the sticky bit nobody touches what is another's. */
function isWritable({ path, mode, uid, gid, kind }: Entry, rules: Rules): boolean {
  if (kind === 'link' || kind === 'other') return false;
  if (rules.writable.some(folder => path === folder || path.startsWith(`${folder}/`))) return false;
  if (kind === 'folder' && (mode & sticky) !== 0) return false;
  if (uid === rules.uid) return (mode & 0o200) !== 0;
  return (gid === rules.gid && (mode & 0o020) !== 0) || (mode & 0o002) !== 0;
}

const Lock = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });

/** The folders of packages that `npm ci --omit=dev` leaves out, of a package-lock.json. */
export const developmentOf = (lock: string): string[] =>
  Object.entries(Lock.parse(JSON.parse(lock)).packages)
    .filter(([, { dev }]) => dev === true)
    .map(([path]) => path);

/** All files below a folder, as the image has them; links are not followed, which may lead out of it. */
export async function entriesOf(system: string, below = '/'): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of await readdir(join(system, below))) {
    const path = join(below, name);
    const at = await lstat(join(system, path));
    const kind = at.isFile() ? 'file' : at.isDirectory() ? 'folder' : at.isSymbolicLink() ? 'link' : 'other';
    entries.push({ path, mode: at.mode & 0o7777, uid: at.uid, gid: at.gid, kind });
    if (kind === 'folder') entries.push(...(await entriesOf(system, path)));
  }
  return entries;
}
