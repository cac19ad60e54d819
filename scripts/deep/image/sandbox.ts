/**
 * Processes of the image as a container runs them, as far as this machine lets us: its file system alone and read-only,
 * the user 1000 without any right, number 1 of its own processes, the volumes and /tmp to write to. The network is that
 * of the machine, and there are no limits of memory.
 */
import { readFile } from 'node:fs/promises';
import { program } from '../tools.ts';
import type { Asked, Service } from '../service.ts';

export const user = 1000;

export type Box = {
  /** The file system of the image, which is mounted over itself. */
  readonly system: string;
  /** Folders of the machine by where the process has them; it may write there. */
  readonly volumes: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string>>;
  /** Where processes begin, below a volume. */
  readonly folder: string;
};

/** `$1` is the system, `$2` where to begin, then pairs of volumes until `--`. Mounts are private: they end with the process. */
const script = `
set -e
system=$1; begin=$2; shift 2
mount --bind "$system" "$system"
while [ "$1" != -- ]; do mount --bind "$2" "$system$1"; shift 2; done
shift
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$system/tmp"
mount -t proc -o nosuid,nodev,noexec proc "$system/proc"
mount -t tmpfs -o mode=755,nosuid tmpfs "$system/dev"
for device in null zero random urandom; do touch "$system/dev/$device"; mount --bind "/dev/$device" "$system/dev/$device"; done
mount -o remount,bind,ro "$system"
exec chroot "$system" /usr/bin/setpriv --reuid=${user} --regid=${user} --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs -- /bin/sh -c 'cd "$0" && exec "$@"' "$begin" "$@"
`;

/** What starts a program of the image; `given` begins with the program. */
export function boxed({ system, volumes, environment, folder }: Box, given: readonly string[]): Asked {
  const unshare = program('unshare', 'apt-get install util-linux');
  const namespaces = ['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child=KILL'];
  const inside = ['/bin/sh', '-c', script, 'box', system, folder, ...[...volumes].flat(), '--', ...given];
  return { command: unshare, given: [...namespaces, '--', ...inside], folder: '/', environment };
}

/** Sends a signal to number 1 of a box, as whoever stops a container does. */
export async function signal(box: Service, name: NodeJS.Signals): Promise<void> {
  const children = await readFile(`/proc/${box.pid}/task/${box.pid}/children`, 'utf8');
  const [first] = children.trim().split(' ');
  if (first === undefined || first === '') throw new Error(`Nothing runs in the box any more: ${box.output}`);
  process.kill(Number(first), name);
}
