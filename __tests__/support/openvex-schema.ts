import { z } from 'zod';

/** Absolute IRI (RFC 3987), which `@id`s are (OpenVEX, "OpenVEX and JSON-LD"). */
const iri = z.string().regex(/^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i, 'is no IRI');
const time = z.iso.datetime({ offset: true });
/** Canonical package URL (ECMA-427): percent-encoded, no empty part, qualifiers in order. */
const purl = z
  .string()
  .regex(/^pkg:[a-z][a-z0-9.+-]*(?:\/[A-Za-z0-9._~%-]+)+(?:@[A-Za-z0-9._~%-]+)?(?:\?[^\s#]+)?$/, 'is no package URL')
  .refine((text) => {
    const keys = (text.split('?')[1] ?? '').split('&').map((pair) => pair.split('=')[0] ?? '');
    return keys.join() === [...keys].sort().join();
  }, 'has qualifiers out of order');

const identifiers = z.strictObject({
  purl: purl.optional(),
  cpe22: z.string().optional(),
  cpe23: z.string().optional(),
});
const hashes = z.strictObject({
  'sha-256': z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
const component = { '@id': iri.optional(), identifiers: identifiers.optional(), hashes: hashes.optional() };
const isIdentified = (one: { '@id'?: unknown; identifiers?: unknown; hashes?: unknown }): boolean =>
  one['@id'] !== undefined || one.identifiers !== undefined || one.hashes !== undefined;
const subcomponent = z.strictObject(component).refine(isIdentified, 'is not identified');
const product = z
  .strictObject({ ...component, subcomponents: unique(z.array(subcomponent)).optional() })
  .refine(isIdentified, 'is not identified');

const statement = z
  .strictObject({
    '@id': iri.optional(),
    version: z.number().int().min(1).optional(),
    vulnerability: z.strictObject({
      '@id': iri.optional(),
      name: z.string().min(1),
      description: z.string().optional(),
      aliases: unique(z.array(z.string())).optional(),
    }),
    timestamp: time.optional(),
    last_updated: time.optional(),
    products: unique(z.array(product).min(1)),
    status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
    supplier: z.string().optional(),
    status_notes: z.string().optional(),
    justification: z
      .enum([
        'component_not_present',
        'vulnerable_code_not_present',
        'vulnerable_code_not_in_execute_path',
        'vulnerable_code_cannot_be_controlled_by_adversary',
        'inline_mitigations_already_exist',
      ])
      .optional(),
    impact_statement: z.string().min(1).optional(),
    action_statement: z.string().min(1).optional(),
    action_statement_timestamp: time.optional(),
  })
  .superRefine((one, context) => {
    const reasons = [one.justification, one.impact_statement].filter((reason) => reason !== undefined);
    if (one.status === 'not_affected' && reasons.length === 0)
      context.addIssue('not_affected must have a justification or an impact statement');
    if (one.status !== 'not_affected' && reasons.length > 0)
      context.addIssue('justification and impact statement are of not_affected only');
    if (one.status === 'affected' && one.action_statement === undefined)
      context.addIssue('affected must have an action statement');
    if (one.status !== 'affected' && one.action_statement !== undefined)
      context.addIssue('an action statement is of affected only');
  });

/**
 * The rules of OpenVEX 0.2.0 (openvex/spec: OPENVEX-SPEC.md and openvex_json_schema.json) that a document can be held
 * against: required and allowed members, their forms, and what each status asks for; and that no two statements say
 * different things of one package and vulnerability.
 */
export const openVexSchema = z
  .strictObject({
    '@context': z.literal('https://openvex.dev/ns/v0.2.0'),
    '@id': iri,
    author: z.string().min(1),
    role: z.string().optional(),
    timestamp: time,
    last_updated: time.optional(),
    version: z.number().int().min(1),
    tooling: z.string().optional(),
    statements: unique(z.array(statement).min(1)),
  })
  .superRefine((document, context) => {
    const said = document.statements.flatMap((one) =>
      one.products.flatMap((about) =>
        (about.subcomponents ?? []).map((part) => `${one.vulnerability.name} ${about['@id']} ${part['@id']}`),
      ),
    );
    if (new Set(said).size !== said.length) context.addIssue('two statements are about the same package');
    for (const one of document.statements)
      if (one.timestamp !== undefined && one.timestamp > document.timestamp)
        context.addIssue('a statement is of later than its document');
  });

function unique<T extends z.ZodType<readonly unknown[]>>(list: T): T {
  return list.refine(
    (items) => new Set(items.map((item) => JSON.stringify(item))).size === items.length,
    'has the same item twice',
  );
}
