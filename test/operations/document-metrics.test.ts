import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { registerDocumentCharges } from '../../src/operations/document-metrics.ts';

test('what documents cost is told by collection and operation, of all threads together', async () => {
  const registry = new Registry();
  const bulk = { collection: 'userVectors', operation: 'bulk', requests: 2, requestUnits: 20.5, refused: 3 };
  const read = { collection: 'recommendations', operation: 'read', requests: 1, requestUnits: 1.53, refused: 0 };
  registerDocumentCharges(registry, () => [[bulk], [bulk, read]]);
  for (let reading = 0; reading < 2; reading += 1) {
    const text = await registry.metrics();
    expect(text).toContain('millrace_documents_request_units_total{collection="userVectors",operation="bulk"} 41');
    expect(text).toContain(
      'millrace_documents_request_units_total{collection="recommendations",operation="read"} 1.53',
    );
    expect(text).toContain('millrace_documents_requests_total{collection="userVectors",operation="bulk"} 4');
    expect(text).toContain('millrace_documents_refused_total{collection="userVectors",operation="bulk"} 6');
  }
});
