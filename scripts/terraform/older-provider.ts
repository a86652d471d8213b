/** The JSON of a synthesized stack, as far as it is looked into. */
export interface StackJson {
  readonly terraform: {
    readonly required_providers: Readonly<Record<string, { readonly source: string; version: string }>>;
    backend?: unknown;
  };
  readonly provider: Readonly<Record<string, Record<string, unknown>[]>>;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
  readonly output?: Readonly<Record<string, unknown>>;
}

/** Something that version 6 of the provider knows and version 5 does not. */
export interface NewerField {
  readonly resource: string;
  readonly field: string;
  /** What a version 5 has instead; undefined: nothing. */
  readonly instead: unknown;
  readonly why: string;
}

/** The whole list: everything else is checked as it is. */
export const NEWER_FIELDS: readonly NewerField[] = [
  {
    resource: 'aws_ecr_repository',
    field: 'image_tag_mutability',
    instead: 'IMMUTABLE',
    why: 'IMMUTABLE_WITH_EXCLUSION came with 6.8',
  },
  {
    resource: 'aws_ecr_repository',
    field: 'image_tag_mutability_exclusion_filter',
    instead: undefined,
    why: 'came with 6.8',
  },
  { resource: 'aws_lambda_function', field: 'runtime', instead: 'nodejs22.x', why: 'nodejs24.x came with 6.19' },
];

/**
 * The stack for an older provider: its version, and the closed list of fields that it does not know. Nothing else.
 * @param version version of the provider
 */
export function forOlderProvider(stack: StackJson, version: string): StackJson {
  const copy = structuredClone(stack);
  const aws = copy.terraform.required_providers['aws'];
  if (aws === undefined || aws.version === version || Number.parseInt(version, 10) >= 6) return copy;
  aws.version = version;
  for (const { resource, field, instead } of NEWER_FIELDS)
    for (const one of Object.values(copy.resource?.[resource] ?? {})) {
      if (!(field in one)) continue;
      if (instead === undefined) Reflect.deleteProperty(one, field);
      else one[field] = instead;
    }
  return copy;
}

/** The stack without an account: dummy credentials, no look at who they are, and the state beside it. */
export function withoutAccount(stack: StackJson): StackJson {
  const copy = structuredClone(stack);
  copy.terraform.backend = { local: { path: 'terraform.tfstate' } };
  for (const provider of copy.provider['aws'] ?? []) {
    Reflect.deleteProperty(provider, 'allowed_account_ids');
    Object.assign(provider, {
      access_key: 'dummy',
      secret_key: 'dummy',
      skip_credentials_validation: true,
      skip_metadata_api_check: true,
      skip_region_validation: true,
      skip_requesting_account_id: true,
    });
  }
  return copy;
}
