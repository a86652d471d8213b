import { MemoryFindingSource } from '../../adapters/local/memory-finding-source';
import { digestOf, makeFinding } from '../unit/table/samples';
import { describeFindingSource, pagesOf } from './finding-source.contract';

describeFindingSource('in memory', () => {
  const source = new MemoryFindingSource();
  return Promise.resolve({
    source,
    cover: (repository, coverage) => {
      source.setCoverage(repository, coverage);
    },
    find: (repository, digest, findings) => {
      source.setFindings(repository, digest, findings);
    },
    forget: (repository, digest) => {
      source.forget(repository, digest);
    },
    dispose: () => Promise.resolve(),
  });
});

test('problems stand on the first page, also where nothing was found', async () => {
  const source = new MemoryFindingSource(2);
  const problems = [{ path: 'status', message: 'is missing' }];
  source.setFindings('r', digestOf('a'), [makeFinding(), makeFinding(), makeFinding()], problems);
  source.setFindings('r', digestOf('b'), [], problems);
  const sizes = (await pagesOf(source.findingsOf('r'))).map((page) => [page.findings.length, page.problems.length]);
  expect(sizes).toStrictEqual([
    [2, 1],
    [1, 0],
    [0, 1],
  ]);
});

test('a new status leaves tags and times as they are', async () => {
  const source = new MemoryFindingSource();
  source.setCoverage('r', { digest: 'd', tags: ['stable'], inUse: 1, status: { state: 'pending', detail: 'x' } });
  source.setStatus('r', 'd', { state: 'expired', detail: 'y' });
  expect(await source.coverageOf('r')).toStrictEqual([
    { digest: 'd', tags: ['stable'], inUse: 1, status: { state: 'expired', detail: 'y' } },
  ]);
});
