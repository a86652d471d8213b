import type { ResourceChange } from './plan-document';

/**
 * Resource types whose destruction loses something that Terraform cannot make again, with what is lost. A replacement
 * destroys too.
 */
export const STATEFUL_TYPES: Readonly<Record<string, string>> = {
  aws_dynamodb_table: 'every finding, patch and lease',
  aws_s3_bucket: 'scripts, papers or logs',
  aws_kms_key: 'all that it encrypts becomes unreadable',
  aws_ecr_repository: 'the images in it',
  aws_ssm_parameter: 'the signal, and with it which script was built last',
  aws_sqs_queue: 'the messages in it',
  aws_cloudwatch_event_archive: 'the events that could be replayed',
  aws_inspector2_enabler: "scanning of the whole account's images in the region",
  aws_ecr_registry_scanning_configuration: "the scanning rules of the account's whole registry in the region",
};

/** What is lost with a resource of this type; undefined where it can be made again. */
export function lostWith(type: string): string | undefined {
  return Object.hasOwn(STATEFUL_TYPES, type) ? STATEFUL_TYPES[type] : undefined;
}

/** Singletons of the account that others may have set up, too: what an update takes out of them is switched off. */
const SWITCHED_OFF: Readonly<
  Record<string, { readonly what: string; readonly of: (attributes: ResourceChange['change']['before']) => unknown }>
> = {
  aws_inspector2_enabler: {
    what: "Inspector's scanning in the account of",
    of: (attributes) => attributes?.['resource_types'],
  },
  aws_ecr_registry_scanning_configuration: {
    what: 'scanning by the rules for',
    of: (attributes) => filtersIn(attributes?.['rule']),
  },
};

/** What an update switches off, by its type and its attributes before and after; undefined where nothing is. */
export function lostByUpdate({ type, change }: Pick<ResourceChange, 'type' | 'change'>): string | undefined {
  if (!Object.hasOwn(SWITCHED_OFF, type)) return undefined;
  const { what, of } = SWITCHED_OFF[type] ?? {};
  const later = new Set(textsOf(of?.(change.after)));
  const gone = textsOf(of?.(change.before)).filter((text) => !later.has(text));
  return gone.length === 0 ? undefined : `${what ?? type} ${[...new Set(gone)].sort().join(', ')}`;
}

/** What is said of a new singleton of the account: it takes the place of what is there, which no plan shows. */
export function takesThePlaceOf(type: string): string | undefined {
  if (type === 'aws_inspector2_enabler')
    return 'what Inspector scans in the account beyond its resource_types is switched off';
  if (type === 'aws_ecr_registry_scanning_configuration')
    return "it replaces the scanning rules of the account's registry";
  return undefined;
}

function filtersIn(rules: unknown): unknown[] {
  return listOf(rules).flatMap((rule) =>
    listOf(memberOf(rule, 'repository_filter')).map((filter) => memberOf(filter, 'filter')),
  );
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter((one) => typeof one === 'string');
}
