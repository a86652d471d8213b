import { readFileSync } from 'node:fs';
import { configJsonSchema } from '../../../domain/config/config-json-schema';
import { configKeys } from '../../../domain/config/config-schema';
import { toEstate } from '../../../domain/config/golden-image';
import { parseConfig } from '../../../domain/config/parse-config';

describe('the JSON Schema of golden-images.yaml', () => {
  it('that is committed is the one of the code (npm run schema writes it)', () => {
    expect(readFileSync('docs/golden-images.schema.json', 'utf8')).toBe(configJsonSchema());
  });

  it('describes every key and refuses unknown ones', () => {
    const schema = JSON.parse(configJsonSchema()) as { properties: object; additionalProperties: unknown };
    expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(configKeys.shape).sort());
    expect(schema.additionalProperties).toBe(false);
  });
});

describe('the configurations that are shipped', () => {
  it.each(['golden-images.yaml', 'demo/golden-images.yaml'])('%s is right', (file) => {
    const { images } = parseConfig(readFileSync(file, 'utf8'), file);
    expect(images.length).toBeGreaterThan(0);
  });

  it('the least that must be accepted has every default', () => {
    const text = `version: 1
images:
  - name: debian-12
    repository: golden/debian-12
    parent: public.ecr.aws/docker/library/debian:12-slim
`;
    expect([...toEstate(parseConfig(text, 'f')).byRepository.values()]).toEqual([
      {
        name: 'debian-12',
        repository: 'golden/debian-12',
        parent: 'public.ecr.aws/docker/library/debian:12-slim',
        architecture: 'amd64',
        floatingTag: 'stable',
        policy: {
          mode: 'auto',
          modeBySeverity: {},
          approvalExpiresAfterHours: 168,
          scanTimeoutHours: 24,
          rollbackWindowHours: 24,
          minimumSeverity: 'HIGH',
          minimumEpss: 0.1,
          removable: [],
          companions: [],
          replacements: {},
          moduleStreams: [],
          findingText: 'exclude',
          patchEndOfLife: false,
          buildsPerDay: 10,
          maximumAttempts: 3,
          failuresBeforeStop: 3,
          retryResidualAfterHours: 24,
        },
        contract: { maximumGrowthPercent: 150 },
      },
    ]);
  });
});
