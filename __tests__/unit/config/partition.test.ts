import { ecrHost, ecrRegistry, partitionOfRegion, REGION } from '../../../domain/config/partition';

describe.each([
  ['eu-west-1', 'aws', 'amazonaws.com'],
  ['ap-southeast-7', 'aws', 'amazonaws.com'],
  ['mx-central-1', 'aws', 'amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
  ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
  ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk'],
  ['us-isof-south-1', 'aws-iso-f', 'csp.hci.ic.gov'],
])('%s', (region, id, dnsSuffix) => {
  it('is a region of its partition', () => {
    expect(REGION.test(region)).toBe(true);
    expect(partitionOfRegion(region)).toEqual({ id, dnsSuffix });
  });

  it('has registries, whose hosts are recognised', () => {
    const host = `123456789012.dkr.ecr.${region}.${dnsSuffix}`;
    expect(ecrHost('123456789012', region)).toBe(host);
    expect(ecrRegistry(host)).toEqual({ account: '123456789012', region });
    expect(ecrRegistry(host.replace('.ecr.', '.ecr-fips.'))).toEqual({ account: '123456789012', region });
  });
});

it.each(['europe', 'eu-west', 'eusc', 'eurp-west-1', 'EU-west-1', 'eu-west-1a', 'eu-west-1 '])(
  '%j is no region',
  (text) => {
    expect(REGION.test(text)).toBe(false);
  },
);

it.each([
  'public.ecr.aws',
  'quay.io',
  '123.dkr.ecr.eu-west-1.amazonaws.com',
  '123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example',
  '123456789012.dkr.ecr.eu-west-1.amazonaws.eu',
  '123456789012.dkr.ecr.cn-north-1.amazonaws.com',
])('%s is no host of a private registry', (host) => {
  expect(ecrRegistry(host)).toBeUndefined();
});
