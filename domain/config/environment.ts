import { CALLS_PER_DAY, TOKENS_PER_DAY } from '../author/model-config';
import { BadInputError } from '../errors';
import { DEFAULT_POLICY } from '../policy/policy';
import type { GoldenImagesConfig } from './config-schema';
import type { EnvironmentConfig } from './environment-schema';
import { DEFAULT_NAMESPACE } from './state-place';

/** How long things are kept, in days; `releases` counts images. */
export type Retention = {
  readonly [K in keyof NonNullable<EnvironmentConfig['retention']>]-?: number;
};

/** A deployment environment with every default filled in. */
export interface Environment {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly backend: EnvironmentConfig['backend'];
  readonly tags: Readonly<Record<string, string>>;
  readonly modelRegions?: readonly string[];
  readonly modelArns?: readonly string[];
  readonly guardrail: boolean;
  readonly retention: Retention;
  readonly removalProtection: boolean;
  readonly gatherSeconds: number;
  readonly reconcileMinutes: number;
  /** Absent where Inspector never stops scanning an image. */
  readonly rescanDays?: number;
  readonly vpc?: NonNullable<EnvironmentConfig['vpc']>;
  readonly subscriptions: readonly { readonly protocol: string; readonly endpoint: string }[];
  /** Absent: scanning is not this project's matter. */
  readonly scanning?: Readonly<NonNullable<EnvironmentConfig['scanning']>>;
  readonly permissionsBoundary?: string;
  readonly instancePolicy: 'narrow' | 'managed';
}

const RETENTION: Retention = {
  logsDays: 90,
  archiveDays: 30,
  scriptsDays: 365,
  auditDays: 731,
  candidatesDays: 30,
  releases: 20,
};

/**
 * The environment that is deployed.
 * @param name as given in `ENVIRONMENT`
 * @param file the configuration's name, for messages
 * @throws BadInputError that lists the environments where there is none of that name
 */
export function environmentOf(config: GoldenImagesConfig, name: string | undefined, file: string): Environment {
  const names = Object.keys(config.environments ?? {});
  const declared = name === undefined ? undefined : ownValue(config.environments, name);
  if (name !== undefined && declared !== undefined) return withDefaults(name, declared);
  const list = names.length === 0 ? `${file} declares none` : `${file} has ${names.join(', ')}`;
  throw new BadInputError(
    name === undefined || name === ''
      ? `ENVIRONMENT is not set: ${list}`
      : `there is no environment ${JSON.stringify(name)}: ${list}`,
    {
      hint:
        names.length === 0
          ? 'add environments with account, region and backend; docs/golden-images.schema.json lists every key'
          : `set it, e.g. ENVIRONMENT=${names[0] ?? ''} npm run synth`,
    },
  );
}

function withDefaults(name: string, declared: EnvironmentConfig): Environment {
  const { notifications, scanning, retention = {}, modelRegions, modelArns, vpc, permissionsBoundary } = declared;
  return {
    name,
    account: declared.account,
    region: declared.region,
    namespace: declared.namespace ?? DEFAULT_NAMESPACE,
    backend: declared.backend,
    tags: declared.tags ?? {},
    guardrail: declared.guardrail ?? false,
    retention: { ...RETENTION, ...definedOf(retention) },
    removalProtection: declared.removalProtection ?? true,
    gatherSeconds: declared.gatherSeconds ?? 60,
    reconcileMinutes: declared.reconcileMinutes ?? 60,
    ...(declared.rescanDays !== 'lifetime' && { rescanDays: declared.rescanDays ?? 14 }),
    subscriptions: [
      ...(notifications?.emails ?? []).map((endpoint) => ({ protocol: 'email', endpoint })),
      ...(notifications?.subscriptions ?? []),
    ],
    instancePolicy: declared.instancePolicy ?? 'narrow',
    ...(modelRegions !== undefined && { modelRegions }),
    ...(modelArns !== undefined && { modelArns }),
    ...(vpc !== undefined && { vpc }),
    ...(scanning !== undefined && { scanning }),
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
  };
}

/**
 * The configuration as it is in force in an environment: with its model and within its budgets. What only deployment
 * needs (environments, Dockerfiles) is left out: this is what the Lambdas read (docs/adr/0005).
 */
export function estateIn(config: GoldenImagesConfig, name: string): GoldenImagesConfig {
  const { environments, ...rest } = config;
  const { model: here, budgets = {} } = ownValue(environments, name) ?? {};
  const model = { ...config.model, ...definedOf(here ?? {}) };
  const buildsPerDay = budgets.buildsPerDay;
  return {
    ...rest,
    images: config.images.map(({ dockerfile: _dockerfile, injection: _injection, imageTests: _tests, ...image }) => ({
      ...image,
      ...(buildsPerDay !== undefined &&
        image.policy?.buildsPerDay !== undefined && {
          policy: { ...image.policy, buildsPerDay: Math.min(image.policy.buildsPerDay, buildsPerDay) },
        }),
    })),
    ...(buildsPerDay !== undefined && {
      policy: {
        ...config.policy,
        buildsPerDay: Math.min(config.policy?.buildsPerDay ?? DEFAULT_POLICY.buildsPerDay, buildsPerDay),
      },
    }),
    ...(model.id !== undefined && {
      model: {
        ...model,
        id: model.id,
        ...(budgets.modelCallsPerDay !== undefined && {
          callsPerDay: Math.min(model.callsPerDay ?? CALLS_PER_DAY, budgets.modelCallsPerDay),
        }),
        ...(budgets.modelTokensPerDay !== undefined && {
          tokensPerDay: Math.min(model.tokensPerDay ?? TOKENS_PER_DAY, budgets.modelTokensPerDay),
        }),
      },
    }),
  };
}

/** The value of a record's own key: `constructor` and the like are no environments. */
function ownValue<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Without the keys that have no value. */
function definedOf<T extends object>(object: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
