import { z } from 'zod';
import type { Manifest } from '../../../test/support/chart/render.ts';

const Spec = z.looseObject({ volumes: z.array(z.unknown()).default([]) });
const Template = z.looseObject({ metadata: z.looseObject({}), spec: Spec });
const Claim = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const Workload = z.looseObject({ template: Template, volumeClaimTemplates: z.array(Claim).default([]) });
const OfJob = z.looseObject({ jobTemplate: z.looseObject({ spec: Workload }) });

/** The pods that the controller of a manifest would make: the first one, and none for what makes none. */
export function podsOf({ kind, metadata, ['spec']: spec }: Manifest): Manifest[] {
  const direct = Workload.safeParse(spec);
  const workload = direct.success ? direct.data : OfJob.safeParse(spec).data?.jobTemplate.spec;
  if (workload === undefined) return [];
  const name = kind === 'StatefulSet' ? `${metadata.name}-0` : metadata.name;
  const { template, volumeClaimTemplates } = workload;
  const disks = volumeClaimTemplates.map(({ metadata: { name: volume } }) => ({
    name: volume,
    persistentVolumeClaim: { claimName: `${volume}-${name}` },
  }));
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...template.metadata, name },
      spec: { ...template.spec, volumes: [...template.spec.volumes, ...disks] },
    },
  ];
}
