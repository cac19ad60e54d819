import { BadSnapshotName } from './port.ts';

/** What every store takes: file systems hold 255 bytes between slashes, Azure 1,024 characters in all. */
const NAME = /^(?!.{1025})[\w-][\w.-]{0,254}(\/[\w-][\w.-]{0,254})*$/;

export function isSnapshotName(name: string): boolean {
  return NAME.test(name);
}

/** The name as it is, or `BadSnapshotName`: so no name leaves the store's folder or hides in it. */
export function snapshotName(name: string): string {
  if (isSnapshotName(name)) return name;
  throw new BadSnapshotName(name);
}

/** A prefix of some valid name as it is, or `BadSnapshotName`. */
export function snapshotPrefix(prefix: string): string {
  if (prefix !== '') snapshotName(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
  return prefix;
}
