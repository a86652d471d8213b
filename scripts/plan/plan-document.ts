import { z } from 'zod';
import { BadInputError } from '../../domain/errors';

/** Attributes of a resource, or `null` where there is none: before a create, after a delete. */
const attributes = z.record(z.string(), z.unknown()).nullish();

const change = z.object({
  /** What Terraform will do, in this order: one word, or two for a replacement. */
  actions: z.array(z.string()).min(1),
  before: attributes,
  after: attributes,
  after_unknown: z.union([z.boolean(), z.record(z.string(), z.unknown())]).nullish(),
  before_sensitive: z.union([z.boolean(), z.record(z.string(), z.unknown())]).nullish(),
  after_sensitive: z.union([z.boolean(), z.record(z.string(), z.unknown())]).nullish(),
  /** Paths of the attributes that force a replacement. */
  replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).nullish(),
  /** Set where the resource is there already, and comes under Terraform's control. */
  importing: z.unknown().optional(),
});

const resourceChange = z.object({
  address: z.string(),
  previous_address: z.string().nullish(),
  mode: z.string().default('managed'),
  type: z.string(),
  name: z.string(),
  /** Set for an object that an interrupted replacement left behind. */
  deposed: z.string().nullish(),
  change,
});

/**
 * What is read of the document that `terraform show -json <plan>` prints
 * (https://developer.hashicorp.com/terraform/internals/json-format, format version 1).
 */
const planDocument = z.object({
  format_version: z.string().regex(/^1\./, 'is not version 1.x of the format'),
  terraform_version: z.string().optional(),
  resource_changes: z.array(resourceChange).nullish(),
  resource_drift: z.array(resourceChange).nullish(),
  output_changes: z.record(z.string(), z.object({ actions: z.array(z.string()) })).nullish(),
  deferred_changes: z.array(z.unknown()).nullish(),
  errored: z.boolean().nullish(),
});

/** A plan as Terraform writes it as JSON. */
export type PlanDocument = z.infer<typeof planDocument>;
/** One resource of a plan. */
export type ResourceChange = z.infer<typeof resourceChange>;

/**
 * Reads a plan.
 * @param text what `terraform show -json <plan>` printed
 * @param where the file or stack, for messages
 * @throws BadInputError where it is not such a document, or one of a plan that failed
 */
export function parsePlanDocument(text: string, where: string): PlanDocument {
  const parsed = planDocument.safeParse(parseJson(text, where));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new BadInputError(`${where} is not a plan as JSON: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, {
      hint: HINT,
    });
  }
  if (parsed.data.errored === true)
    throw new BadInputError(`${where} is of a plan that ended with an error, so it is not all that would happen`, {
      hint: 'plan again, and read what Terraform says',
    });
  return parsed.data;
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new BadInputError(`${where} is not JSON`, { hint: HINT, cause: error });
  }
}

const HINT = 'make one with: terraform plan -out=tfplan && terraform show -json tfplan > plan.json';
