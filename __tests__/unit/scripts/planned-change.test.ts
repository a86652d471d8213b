import { plannedChange } from '../../../scripts/plan/planned-change';
import { resource } from './plan-samples';

const TABLE = 'aws_dynamodb_table.table';

describe('what happens to a resource', () => {
  test.each([
    [['no-op'], undefined],
    [['read'], undefined],
    [['create'], 'create'],
    [['update'], 'change'],
    [['delete'], 'destroy'],
    [['delete', 'create'], 'replace'],
    [['create', 'delete'], 'replace'],
    [['forget'], 'forget'],
    [['create', 'forget'], 'create'],
    [['levitate'], 'unknown'],
    [['levitate', 'create'], 'unknown'],
    [['delete', 'levitate'], 'destroy'],
  ])('%j is %s', (actions, effect) => {
    expect(plannedChange(resource(TABLE, { actions }))?.effect).toBe(effect);
  });

  test.each(['data', 'ephemeral'])('a resource of mode %s is none of ours', (mode) => {
    expect(plannedChange(resource(TABLE, { actions: ['delete'] }, { mode }))).toBeUndefined();
  });

  test.each([['delete'], ['delete', 'create'], ['create', 'delete'], ['levitate']])(
    'something stateful is lost by %s …',
    (...actions) => {
      expect(plannedChange(resource(TABLE, { actions }))?.lost).toBe('every finding, patch and lease');
    },
  );

  test.each([['create'], ['update'], ['forget']])('… and not by %s', (action) => {
    expect(plannedChange(resource(TABLE, { actions: [action] }))).not.toHaveProperty('lost');
  });

  describe('singletons of the account', () => {
    const ENABLER = 'aws_inspector2_enabler.inspector';
    const RULES = 'aws_ecr_registry_scanning_configuration.registry';
    const rule = (...filters: string[]): Record<string, unknown> => ({
      rule: [{ scan_frequency: 'CONTINUOUS_SCAN', repository_filter: filters.map((filter) => ({ filter })) }],
    });
    const types = (...all: string[]): Record<string, unknown> => ({ resource_types: all });

    test.each([
      [ENABLER, types('EC2', 'LAMBDA', 'ECR'), types('ECR'), "Inspector's scanning in the account of EC2, LAMBDA"],
      [ENABLER, types('ECR'), types('EC2', 'ECR'), undefined],
      [ENABLER, types('ECR', 'EC2'), types('EC2', 'ECR'), undefined],
      [RULES, rule('golden/*', 'team/*', '*'), rule('golden/*'), 'scanning by the rules for *, team/*'],
      [RULES, rule('golden/*'), rule('golden/*', 'base'), undefined],
      ['aws_iam_role.x', types('EC2'), types('ECR'), undefined],
    ])('an update of %s from %j to %j switches off: %s', (address, before, after, lost) => {
      expect(plannedChange(resource(address, { before, after }))?.lost).toBe(lost);
    });

    test('a new one takes the place of what no plan shows', () => {
      const note = (address: string): string | undefined =>
        plannedChange(resource(address, { actions: ['create'] }))?.note;
      expect(note(ENABLER)).toMatch(/beyond its resource_types is switched off/);
      expect(note(RULES)).toMatch(/replaces the scanning rules/);
      expect(note(TABLE)).toBeUndefined();
    });
  });

  test('types that can be made again are not lost, whatever they are called', () => {
    for (const type of ['aws_iam_role', 'constructor', '__proto__'])
      expect(plannedChange(resource(`${type}.x`, { actions: ['delete'] }))).not.toHaveProperty('lost');
  });

  test('an unknown action says which', () => {
    expect(plannedChange(resource(TABLE, { actions: ['levitate', 'create'] }))?.note).toBe(
      'unknown action levitate and create',
    );
  });

  test('a leftover of an interrupted replacement is lost as well', () => {
    expect(plannedChange(resource(TABLE, { actions: ['delete'] }, { deposed: 'a1b2c3d4' }))).toMatchObject({
      effect: 'destroy',
      lost: 'every finding, patch and lease',
      note: 'left over from an interrupted replacement',
    });
  });

  test('an address that moved is said, also where nothing else happens', () => {
    expect(
      plannedChange(resource(TABLE, { actions: ['no-op'] }, { previous_address: 'aws_dynamodb_table.old' })),
    ).toMatchObject({
      effect: 'change',
      note: 'moved from aws_dynamodb_table.old',
    });
    expect(plannedChange(resource(TABLE, { actions: ['no-op'] }, { previous_address: TABLE }))).toBeUndefined();
  });

  test('a resource that is imported is neither made nor left alone', () => {
    expect(plannedChange(resource(TABLE, { actions: ['no-op'], importing: { id: 'x' } }))?.effect).toBe('import');
  });
});

describe('attributes', () => {
  const attributes = (change: Parameters<typeof resource>[1]): readonly string[] | undefined =>
    plannedChange(resource(TABLE, change))?.attributes;

  test('are those that differ, in order, and not those whose keys merely stand in another order', () => {
    expect(
      attributes({
        before: { tags: { a: 1, b: 2 }, ttl: [], billing_mode: 'PROVISIONED', gone: 'x', empty: null },
        after: { tags: { b: 2, a: 1 }, ttl: [{ enabled: true }], billing_mode: 'PAY_PER_REQUEST' },
      }),
    ).toEqual(['billing_mode', 'gone', 'ttl']);
  });

  test('are also those that are known only later, however deep', () => {
    expect(
      attributes({
        before: { arn: 'a', rule: [{ id: 'r' }], same: 1 },
        after: { rule: [{}], same: 1 },
        after_unknown: { arn: true, rule: [{ id: true }], same: false, tags: {} },
      }),
    ).toEqual(['arn', 'rule']);
  });

  test('of a replacement are those that force it', () => {
    expect(
      attributes({
        actions: ['delete', 'create'],
        before: { name: 'a', tags: 1 },
        after: { name: 'b', tags: 2 },
        replace_paths: [['name'], ['attribute', 0, 'name'], ['name']],
      }),
    ).toEqual(['attribute', 'name']);
  });
});

describe('the name at AWS', () => {
  const name = (change: Parameters<typeof resource>[1]): string | undefined =>
    plannedChange(resource(TABLE, change))?.name;

  test('is the one that is there, else the one to be', () => {
    expect(name({ before: { name: 'old' }, after: { name: 'new' } })).toBe('old');
    expect(name({ actions: ['create'], before: null, after: { name: 'new' } })).toBe('new');
    expect(name({ before: { bucket: 'b', name: '', id: 'i' } })).toBe('b');
  });

  test('is not said where it is sensitive', () => {
    expect(name({ before: { name: 'secret' }, before_sensitive: { name: true } })).toBeUndefined();
    expect(name({ before: { name: 'secret' }, before_sensitive: true })).toBeUndefined();
    expect(name({ before: { name: 'secret', id: 'i' }, before_sensitive: { name: true, tags: {} } })).toBe('i');
    expect(
      name({ actions: ['create'], before: null, after: { name: 'secret' }, after_sensitive: { name: true } }),
    ).toBeUndefined();
  });
});
