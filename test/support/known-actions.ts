/**
 * The actions that workflows may take, each by the commit that its tag named in its own repository when it was looked up
 * (November 2026). A newer one is looked up before it is written here: the names of tags may move, commits do not.
 */
export const knownActions: Readonly<Record<string, { readonly tag: string; readonly commit: string }>> = {
  'actions/attest': { tag: 'v4.2.2', commit: '1e69f48acb82d1966a394da916b4c1698aa569d6' },
  'actions/checkout': { tag: 'v7.0.1', commit: '3d3c42e5aac5ba805825da76410c181273ba90b1' },
  'actions/download-artifact': { tag: 'v8.0.1', commit: '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c' },
  'actions/setup-go': { tag: 'v7.0.0', commit: 'b7ad1dad31e06c5925ef5d2fc7ad053ef454303e' },
  'actions/setup-node': { tag: 'v7.0.0', commit: '820762786026740c76f36085b0efc47a31fe5020' },
  'actions/upload-artifact': { tag: 'v7.0.0', commit: 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f' },
  'docker/build-push-action': { tag: 'v7.3.0', commit: '53b7df96c91f9c12dcc8a07bcb9ccacbed38856a' },
  'docker/login-action': { tag: 'v4.1.0', commit: '4907a6ddec9925e35a0a9e82d7399ccc52663121' },
  'docker/setup-buildx-action': { tag: 'v4.3.0', commit: '37fe631027851001ddb9b187196cc803df7f5f0e' },
  'docker/setup-qemu-action': { tag: 'v4.2.0', commit: '96fe6ef7f33517b61c61be40b68a1882f3264fb8' },
  'sigstore/cosign-installer': { tag: 'v4.1.2', commit: '6f9f17788090df1f26f669e9d70d6ae9567deba6' },
};
