import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUNBOOKS } from '../../cli/run/doctor/checks/failures';
import { estateYaml } from './support/estate';
import { synthesize } from './support/synthesize';

/** The runbooks' commands name what the stack deploys: a name that changes has to change here, too. */
describe('docs/runbooks.md', () => {
  const text = readFileSync(join(__dirname, '../../docs/runbooks.md'), 'utf8');
  const stack = synthesize(estateYaml()).get('patching-test')!;
  // As the environment of the test is called, and where it is.
  const inTest = text
    .replaceAll('golden-images-prod', 'golden-images-test')
    .replaceAll('222222222222', '123456789012')
    .replaceAll('eu-central-1', 'eu-west-1');
  const names = [...new Set(inTest.match(/golden-images-test(?:-[a-z0-9]+)*/g))].sort();

  it('has the heading that doctor points at', () => {
    const headings = [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(expect.arrayContaining(Object.values(RUNBOOKS)));
  });

  it('names queues, functions, rules, the archive, the bucket and the key', () => {
    expect(names).toEqual([
      'golden-images-test',
      'golden-images-test-build-ends',
      'golden-images-test-events',
      'golden-images-test-failures',
      'golden-images-test-failures-123456789012-eu-west-1',
      'golden-images-test-findings',
      'golden-images-test-findings-dead-letters',
      'golden-images-test-image-scans',
      'golden-images-test-inspector-findings',
      'golden-images-test-rebuild-signals',
      'golden-images-test-reconcile-findings',
      'golden-images-test-signals',
      'golden-images-test-signals-dead-letters',
      'golden-images-test-track-build',
    ]);
  });

  const made = (type: string, key: string): unknown[] =>
    Object.values(stack.resource?.[type] ?? {}).map((resource) => resource[key]);
  const PREFIX = 'golden-images-test-';

  it.each([
    ['aws_sqs_queue', 'name', ['findings', 'findings-dead-letters', 'signals', 'signals-dead-letters', 'failures']],
    ['aws_cloudwatch_event_rule', 'name', ['inspector-findings', 'rebuild-signals', 'build-ends', 'image-scans']],
    ['aws_cloudwatch_event_archive', 'name', ['events']],
    ['aws_s3_bucket', 'bucket', ['failures-123456789012-eu-west-1']],
    ['aws_lambda_function', 'function_name', ['track-build', 'reconcile-findings']],
  ])('what it calls %s is deployed', (type, key, expected) => {
    expect(made(type, key)).toEqual(expect.arrayContaining(expected.map((name) => PREFIX + name)));
    for (const name of expected) expect(names).toContain(PREFIX + name);
  });

  it('redrives what SQS moves, dead letters of other queues, and names those', () => {
    const sources = Object.values(stack.resource?.['aws_sqs_queue'] ?? {})
      .filter(({ redrive_policy: policy }) => policy !== undefined)
      .map(({ name }) => name);
    expect(sources).toEqual([`${PREFIX}findings`, `${PREFIX}signals`]);
    expect(made('aws_kms_alias', 'name')).toEqual(['alias/golden-images-test']);
    expect(inTest).toContain('`alias/golden-images-test`');
  });
});
