import { cachedLayers } from '../../../domain/lineage/cached-layers';

function counted(answers: (call: number) => readonly string[] | undefined) {
  const calls: string[] = [];
  return {
    calls,
    layersOf: async (repository: string, digest: string, architecture?: string) => {
      calls.push([repository, digest, architecture].filter(Boolean).join(' '));
      return await Promise.resolve(answers(calls.length));
    },
  };
}

describe('layers are remembered', () => {
  it('by repository, digest and architecture', async () => {
    const source = counted(() => ['one']);
    const layers = cachedLayers(source);
    for (const architecture of ['amd64', 'arm64', 'amd64']) await layers.layersOf('app', 'd', architecture);
    await layers.layersOf('app', 'd');
    expect(await layers.layersOf('app', 'd')).toEqual(['one']);
    expect(source.calls).toEqual(['app d amd64', 'app d arm64', 'app d']);
  });

  it('but not that an image is missing', async () => {
    const source = counted((call) => (call === 1 ? undefined : ['one']));
    const layers = cachedLayers(source);
    expect([await layers.layersOf('app', 'd'), await layers.layersOf('app', 'd')]).toEqual([undefined, ['one']]);
  });

  it('until there are too many: the one that was not asked for longest goes first', async () => {
    const source = counted(() => ['one']);
    const layers = cachedLayers(source, 2);
    for (const digest of ['a', 'b', 'a', 'c', 'a', 'b']) await layers.layersOf('app', digest);
    expect(source.calls).toEqual(['app a', 'app b', 'app c', 'app b']);
  });
});
