/** The trace id in a W3C trace context (`00-TRACE-SPAN-FLAGS`); undefined of what is none. */
export const traceIdOf = (traceparent: string | undefined): string | undefined => {
  const [, id] = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent ?? '') ?? [];
  return id === undefined || /^0+$/.test(id) ? undefined : id;
};
