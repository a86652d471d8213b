/** A JSON object that a test may bend. */
export type Json = Record<string, unknown>;

/** A vulnerable package as Inspector writes it. */
export function inspectorPackage(overrides: Json = {}): Json {
  return {
    name: 'glibc',
    version: '2.36',
    release: '9+deb12u4',
    epoch: 0,
    arch: 'AMD64',
    packageManager: 'OS',
    fixedInVersion: '0:2.36-9+deb12u6',
    ...overrides,
  };
}

/** An ECR image resource as Inspector writes it. */
export function ecrResource(overrides: Json = {}): Json {
  const digest = `sha256:${'a'.repeat(64)}`;
  return {
    type: 'AWS_ECR_CONTAINER_IMAGE',
    id: `arn:aws:ecr:us-east-1:123456789012:repository/golden/debian-12/${digest}`,
    region: 'us-east-1',
    details: {
      awsEcrContainerImage: {
        repositoryName: 'golden/debian-12',
        imageHash: digest,
        imageTags: ['stable'],
        pushedAt: 'Wed May 01 00:00:00.000 UTC 2024',
        architecture: 'AMD64',
        platform: 'DEBIAN_12',
        registry: '123456789012',
        ...overrides,
      },
    },
  };
}

/** A finding of ListFindings. */
export function inspectorFinding(packages: readonly unknown[] = [inspectorPackage()], overrides: Json = {}): Json {
  return {
    findingArn: `arn:aws:inspector2:us-east-1:123456789012:finding/${'1'.repeat(32)}`,
    type: 'PACKAGE_VULNERABILITY',
    severity: 'HIGH',
    status: 'ACTIVE',
    firstObservedAt: '2024-05-20T00:00:00.000000+02:00',
    lastObservedAt: '2024-05-21T00:00:00.000000+02:00',
    updatedAt: '2024-05-22T00:00:00.000000+02:00',
    exploitAvailable: 'NO',
    epss: { score: 0.01 },
    packageVulnerabilityDetails: { vulnerabilityId: 'CVE-2024-0001', vulnerablePackages: packages },
    resources: [ecrResource()],
    ...overrides,
  };
}

/** An EventBridge event around a finding. */
export function inspectorEvent(detail: unknown = inspectorFinding(), overrides: Json = {}): Json {
  return {
    version: '0',
    id: 'event-1',
    'detail-type': 'Inspector2 Finding',
    source: 'aws.inspector2',
    account: '123456789012',
    time: '2024-05-23T10:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail,
    ...overrides,
  };
}

/** The object without one key. */
export function omit(value: Json, ...keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}
