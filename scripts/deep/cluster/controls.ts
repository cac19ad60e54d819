/** What is wrong is refused: a check that takes everything would prove nothing. */
import { Manifest } from '../../../test/support/chart/render.ts';
import { rendered } from '../chart/helm.ts';
import type { Log } from '../part.ts';
import { type Api, messageOf } from './api.ts';
import { may, nameOf } from './manifests.ts';
import { podsOf } from './pods.ts';
import { addNamespace } from './prepare.ts';

const namespace = 'controls';

type Wrong = {
  readonly what: string;
  readonly kind: string;
  readonly from: RegExp;
  readonly to: string;
  readonly says: RegExp;
};

/** A change to the text of a manifest, and what the server has to say of it. */
const wrongs: readonly Wrong[] = [
  {
    what: 'a field that no kind has',
    kind: 'StatefulSet',
    from: /"serviceName"/,
    to: '"serviceNames"',
    says: /unknown field "spec.serviceNames"/,
  },
  {
    what: 'a quantity that is none',
    kind: 'Deployment',
    from: /"memory":"1Gi"/,
    to: '"memory":"1Gib"',
    says: /quantities must match/,
  },
  {
    what: 'a selector that does not select its own pods',
    kind: 'Deployment',
    from: /"selector":\{"matchLabels":\{/,
    to: '"selector":{"matchLabels":{"other":"label",',
    says: /`selector` does not match template `labels`/,
  },
  {
    what: 'a time zone that is none',
    kind: 'CronJob',
    from: /"Etc\/UTC"/,
    to: '"Etc/Nowhere"',
    says: /timeZone/,
  },
  {
    what: 'a field that KEDA does not have',
    kind: 'ScaledObject',
    from: /"pollingInterval"/,
    to: '"pollInterval"',
    says: /unknown field "spec.pollInterval"/,
  },
  {
    what: 'an interval that no PodMonitor takes',
    kind: 'PodMonitor',
    from: /"interval":"30s"/,
    to: '"interval":"often"',
    says: /interval/,
  },
  {
    what: 'a pod that may gain privileges',
    kind: 'Pod',
    from: /"allowPrivilegeEscalation":false/,
    to: '"allowPrivilegeEscalation":true',
    says: /violates PodSecurity "restricted/,
  },
];

export async function controls(log: Log, api: Api, helm: string): Promise<void> {
  await addNamespace(api, namespace);
  const { manifests } = await rendered({ helm, files: [], namespace });
  const account = manifests.find(({ kind }) => kind === 'ServiceAccount');
  if (account !== undefined) await api.create(account, { namespace, dryRun: false });
  const all = [...manifests, ...manifests.flatMap(podsOf)];
  for (const wrong of wrongs) await log.check(`it refuses ${wrong.what}`, () => isRefused(api, all, wrong));
  await log.check('it tells who has rights', async () => {
    const resourceAttributes = { namespace, verb: 'list', resource: 'secrets' };
    const isAdmin = await may(api, { user: 'anybody', groups: ['system:masters'], resourceAttributes });
    if (!isAdmin) throw new Error('It lets not even an administrator list secrets');
  });
}

async function isRefused(api: Api, manifests: readonly Manifest[], { kind, from, to, says }: Wrong): Promise<void> {
  const right = manifests.find(manifest => manifest.kind === kind && from.test(JSON.stringify(manifest)));
  if (right === undefined) throw new Error(`No ${kind} has ${from.source}`);
  const wrong = Manifest.parse(JSON.parse(JSON.stringify(right).replace(from, to)));
  const answer = await api.create(wrong, { namespace, dryRun: true });
  const told = messageOf(answer);
  if (answer.status < 400) throw new Error(`${nameOf(right)} was taken with ${to}`);
  if (!says.test(told)) throw new Error(`${nameOf(right)} was refused for something else: ${told}`);
}
