import { valueSets } from '../chart/values.ts';
import type { Accepted } from './report.ts';

export const manifestsWith = (name: string): string => `manifests with ${name}`;
const manifests = valueSets.map(({ name }) => manifestsWith(name));
/** Where the image is named by a tag alone. */
const tagged = manifests.filter(name => name !== manifestsWith('every feature'));

/** What checkov finds that stays as it is. One that is not found any more fails the check: it goes. */
export const accepted: readonly Accepted[] = [
  {
    check: 'CKV_K8S_11',
    subjects: manifests,
    // Memory has limits. One of CPU would stop a process in the middle of an epoch although its node has time for it.
    why: 'no limit of CPU: it throttles epochs on an idle node, and requests already share a busy one',
  },
  {
    check: 'CKV_K8S_15',
    subjects: tagged,
    // With `Always` no pod could start again on its own node while the registry is away.
    why: 'the pull policy is IfNotPresent: tags are versions, and a digest is one content for ever',
  },
  {
    check: 'CKV_K8S_40',
    subjects: manifests,
    // No path of the host is mounted, every capability is dropped, and no privilege can be gained.
    why: 'the user is 1000, `node` of the official image: its files and the volumes agree about it',
  },
  {
    check: 'CKV_K8S_43',
    subjects: tagged,
    // The values with every feature have a digest, and are held to it.
    why: 'the chart cannot know the digest of an image that is yours: `image.digest` takes it',
  },
  {
    check: 'CKV_K8S_35',
    subjects: [manifestsWith('every feature')],
    // With workload identity, which is what the chart begins with, there are none.
    why: 'settings that are secrets are variables of a Secret of yours: `secrets.environment`',
  },
  {
    check: 'CKV2_K8S_6',
    subjects: [manifestsWith('every switch off')],
    // It is found here, so it is not found where the policies are on.
    why: 'these values switch network policies off',
  },
  {
    check: 'CKV_DOCKER_7',
    subjects: ['the Dockerfile'],
    // It takes `FROM ${NODE}` for an image without a tag. The default of NODE has one: test/docker sees to it.
    why: 'the base is an argument, whose default has a tag',
  },
];
