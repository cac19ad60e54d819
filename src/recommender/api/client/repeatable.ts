// Generated from openapi.json by scripts/client.ts

/** Operations that a key makes one, however often they are sent. */
export const byKey: ReadonlySet<string> = new Set([
  'POST /v2/ratings',
  'POST /v2/users/{id}/aliases',
  'POST /v2/ratings/batch',
  'POST /v2/exposures/batch',
  'POST /v2/orders',
  'POST /v2/orders/{userId}/{orderId}/returns',
]);

/** Operations of POST that bring nothing more when they are sent again. */
export const idempotent: ReadonlySet<string> = new Set([
  'POST /v2/recommendations',
  'POST /v2/exposures',
  'POST /v2/orders/batch',
  'POST /v2/orders/{userId}/{orderId}/cancel',
]);
