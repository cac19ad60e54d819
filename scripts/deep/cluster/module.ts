/**
 * A Go module that builds programs of Kubernetes. `go install` refuses k8s.io/kubernetes, whose own go.mod replaces its
 * staging modules by folders of its repository; here they are replaced by the published modules of the same release.
 */
const staging = /^\s*(k8s\.io\/[\w-]+) => \.\/staging\/src\/\1$/gm;

/** The go.mod of it. `theirs` is that of k8s.io/kubernetes, `version` such as `v1.34.4`. @throws where it replaces nothing */
export function moduleOf(theirs: string, version: string): string {
  const [, go] = /^go (\S+)$/m.exec(theirs) ?? [];
  const names = [...theirs.matchAll(staging)].map(([, name = '']) => name);
  const [, rest] = /^v1\.(\d+\.\d+)$/.exec(version) ?? [];
  if (go === undefined || rest === undefined || names.length === 0)
    throw new Error(`No module can be made of k8s.io/kubernetes ${version}: its go.mod is not as it was in v1.34`);
  const parts = [
    'module millrace.invalid/kubernetes',
    `go ${go}`,
    `require k8s.io/kubernetes ${version}`,
    `replace (\n${names.map(name => `\t${name} => ${name} v0.${rest}`).join('\n')}\n)`,
  ];
  return `${parts.join('\n\n')}\n`;
}
