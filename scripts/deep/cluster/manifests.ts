/** Manifests as the API server judges them. */
import { z } from 'zod';
import type { Manifest } from '../../../test/support/chart/render.ts';
import { type Answer, type Api, took } from './api.ts';
import { podsOf } from './pods.ts';

/** First without keeping them, then for good. Whatever it warns of fails, such as a field that goes with the next release. */
export async function takeAll(api: Api, manifests: readonly Manifest[], namespace: string): Promise<void> {
  if (manifests.length === 0) throw new Error('Helm rendered nothing');
  for (const dryRun of [true, false])
    for (const manifest of manifests) quiet(await api.create(manifest, { namespace, dryRun }), nameOf(manifest));
}

/** The pods that controllers would make. There are none here, so they are given to the API server, which keeps none. */
export async function admitPods(api: Api, manifests: readonly Manifest[], namespace: string): Promise<void> {
  const pods = manifests.flatMap(podsOf);
  if (pods.length === 0) throw new Error('No manifest makes pods');
  for (const pod of pods) quiet(await api.create(pod, { namespace, dryRun: true }), nameOf(pod));
}

const verbs = ['get', 'list', 'create', 'delete'];
const resources = ['pods', 'secrets', 'configmaps', 'serviceaccounts'];

/** Nobody who takes a process over can go on from there by the API of the cluster. */
export async function hasNoRights(api: Api, manifests: readonly Manifest[], namespace: string): Promise<void> {
  const account = manifests.find(({ kind }) => kind === 'ServiceAccount')?.metadata.name;
  if (account === undefined) throw new Error('No manifest is a ServiceAccount');
  const user = `system:serviceaccount:${namespace}:${account}`;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  for (const verb of verbs)
    for (const resource of resources)
      if (await may(api, { user, groups, resourceAttributes: { namespace, verb, resource } }))
        throw new Error(`${account} may ${verb} ${resource}`);
}

type Subject = {
  readonly user: string;
  readonly groups: readonly string[];
  readonly resourceAttributes: { readonly namespace: string; readonly verb: string; readonly resource: string };
};
const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

/** Whether the rules of the cluster let somebody do it. */
export async function may(api: Api, spec: Subject): Promise<boolean> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: { name: '' }, spec };
  const { body } = took(await api.create(review, { namespace: '', dryRun: false }), `rights of ${spec.user}`);
  return Review.parse(body).status.allowed;
}

function quiet(answer: Answer, name: string): void {
  const { warnings } = took(answer, name);
  if (warnings.length > 0) throw new Error(`${name}: ${warnings.join('; ')}`);
}

export const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;
