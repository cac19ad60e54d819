/**
 * What the policy reference of API Management says of the policies that ours use: where each may stand, its attributes
 * with what may be their values, and its elements in their order.
 * https://learn.microsoft.com/azure/api-management/api-management-policies
 */
export interface Element {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: readonly Element[];
  readonly text: string;
}

interface Known {
  /** Sections that it may stand in; of an element inside a policy, none. */
  readonly sections?: readonly string[];
  readonly required?: { readonly [attribute: string]: RegExp };
  readonly optional?: { readonly [attribute: string]: RegExp };
  /** In their order. */
  readonly children?: readonly string[];
  /** Whether other policies may stand in it. */
  readonly holdsPolicies?: boolean;
  readonly text?: RegExp;
  /** May stand once in a section. */
  readonly once?: boolean;
}

const bool = /^(true|false)$/;
const whole = /^\d+$/;
const name = /^[\w-]+$/;
const text = /^[^<>]+$/;
const expression = /^@\(.+\)$/;
const anywhere = ['inbound', 'backend', 'outbound', 'on-error'];

export const sections = anywhere;

export const known: { readonly [element: string]: Known } = {
  base: { sections: anywhere },
  cors: {
    sections: ['inbound'],
    optional: { 'allow-credentials': bool, 'terminate-unmatched-request': bool },
    children: ['allowed-origins', 'allowed-methods', 'allowed-headers', 'expose-headers'],
    once: true,
  },
  'allowed-origins': { children: ['origin'] },
  'allowed-methods': { optional: { 'preflight-result-max-age': whole }, children: ['method'] },
  'allowed-headers': { children: ['header'] },
  'expose-headers': { children: ['header'] },
  origin: { text },
  method: { text: /^[A-Z]+$/ },
  header: { text: name },
  choose: { sections: anywhere, children: ['when', 'otherwise'] },
  when: { required: { condition: expression }, holdsPolicies: true },
  otherwise: { holdsPolicies: true },
  'rate-limit-by-key': {
    sections: ['inbound'],
    required: { calls: whole, 'renewal-period': /^([1-9]|[1-9]\d|[12]\d\d|300)$/, 'counter-key': expression },
    optional: { 'increment-condition': expression, 'retry-after-variable-name': name },
  },
  'validate-jwt': {
    sections: ['inbound'],
    required: { 'header-name': name },
    optional: {
      'failed-validation-httpcode': whole,
      'failed-validation-error-message': text,
      'require-expiration-time': bool,
      'require-scheme': name,
      'require-signed-tokens': bool,
      'clock-skew': whole,
      'output-token-variable-name': name,
    },
    children: ['openid-config', 'issuer-signing-keys', 'decryption-keys', 'audiences', 'issuers', 'required-claims'],
  },
  'openid-config': { required: { url: text } },
  audiences: { children: ['audience'] },
  audience: { text },
  issuers: { children: ['issuer'] },
  issuer: { text },
  'forward-request': {
    sections: ['backend'],
    optional: {
      timeout: /^([1-9]\d?|1\d\d|2[0-3]\d|240)$/,
      'follow-redirects': bool,
      'buffer-request-body': bool,
      'buffer-response': bool,
      'fail-on-error-status-code': bool,
    },
    once: true,
  },
  'set-header': {
    sections: anywhere,
    required: { name },
    optional: { 'exists-action': /^(override|skip|append|delete)$/ },
    children: ['value'],
  },
  value: { text },
  'set-status': { sections: anywhere, required: { code: /^\d{3}$/, reason: text } },
  'set-body': { text: /^[^]+$/ },
  'return-response': { sections: anywhere, children: ['set-status', 'set-header', 'set-body'] },
  'cache-lookup': {
    sections: ['inbound'],
    required: { 'vary-by-developer': bool, 'vary-by-developer-groups': bool },
    optional: {
      'caching-type': /^(prefer-external|external|internal)$/,
      'downstream-caching-type': /^(none|private|public)$/,
      'must-revalidate': bool,
      'allow-private-response-caching': bool,
    },
    children: ['vary-by-header', 'vary-by-query-parameter'],
    once: true,
  },
  'vary-by-header': { text: name },
  'vary-by-query-parameter': { text: /^\w+(;\w+)*$/ },
  'cache-store': {
    sections: ['outbound'],
    required: { duration: whole },
    optional: { 'cache-response': bool },
    once: true,
  },
};

/** What the reference does not know of a section, or of an element in it. */
export function unknownIn(section: Element): readonly string[] {
  const policies = section.children.flatMap(child => wrongWith(child, section.name, `${section.name} > ${child.name}`));
  const counted = Map.groupBy(all(section), element => element.name);
  const twice = [...counted].filter(([one, every]) => known[one]?.once === true && every.length > 1);
  return [...policies, ...twice.map(([one]) => `${section.name}: ${one} stands there more than once`)];
}

export const all = (element: Element): Element[] => [element, ...element.children.flatMap(all)];

function wrongWith(element: Element, section: string, at: string, isPolicy = true): string[] {
  const rules = known[element.name];
  if (rules === undefined) return [`${at} is not known`];
  const { sections: own, holdsPolicies = false } = rules;
  return [
    ...(isPolicy && own?.includes(section) !== true ? [`${at} may not stand there`] : []),
    ...[...attributesWrong(element, rules), ...childrenWrong(element, rules)].map(what => `${at}: ${what}`),
    ...textWrong(element, rules).map(what => `${at}: ${what}`),
    ...element.children.flatMap(child => wrongWith(child, section, `${at} > ${child.name}`, holdsPolicies)),
  ];
}

function textWrong({ text: own }: Element, { text: rule }: Known): string[] {
  if (rule === undefined) return own === '' ? [] : ['it has no text'];
  return rule.test(own) ? [] : [`its text is ${own}`];
}

function attributesWrong({ attributes }: Element, { required = {}, optional = {} }: Known): string[] {
  const every = { ...required, ...optional };
  const missing = Object.keys(required).filter(one => !(one in attributes));
  const bad = Object.entries(attributes).filter(([one, value]) => every[one]?.test(value) !== true);
  return [...missing.map(one => `${one} is missing`), ...bad.map(([one, value]) => `${one}="${value}"`)];
}

function childrenWrong({ children }: Element, { children: order = [], holdsPolicies }: Known): string[] {
  if (holdsPolicies === true) return [];
  const places = children.map(child => order.indexOf(child.name));
  if (places.includes(-1)) return [`${children.map(child => child.name).join()} may not stand in it`];
  return places.every((place, n) => place >= (places[n - 1] ?? 0)) ? [] : ['its elements are not in their order'];
}
