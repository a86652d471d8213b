import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import type { RunAuthorOptions } from '../../../cli/run/choose-authors';
import { chooseRunAuthors } from '../../../cli/run/choose-authors';
import { BadInputError } from '../../../domain/errors';
import { NOW, silent } from '../table/samples';

const HINT = 'set model.id in golden-images.yaml, or give --model <id>';

function options(overrides: Partial<RunAuthorOptions> = {}): RunAuthorOptions & { readonly told: string[] } {
  const told: string[] = [];
  return {
    choice: 'rules',
    model: undefined,
    modelId: undefined,
    modelRegion: undefined,
    table: new MemoryFindingTable(),
    clock: () => NOW,
    logger: silent,
    onProgress: (message) => told.push(message),
    told,
    ...overrides,
  };
}

it.each([undefined, { id: 'model-1' }])('rules ask no model, though one is configured: %p', async (model) => {
  const asked = options({ model, modelId: 'model-2' });
  expect(await chooseRunAuthors(asked)).toEqual({ choice: 'rules' });
  expect(asked.told).toEqual([]);
});

it('bedrock without a model is refused, and the setting is named', async () => {
  const error: unknown = await chooseRunAuthors(options({ choice: 'bedrock' })).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BadInputError);
  expect(error).toMatchObject({ message: 'the author bedrock needs a model', hint: HINT, kind: 'bad-input' });
});

it('bedrock-then-rules without a model goes on with rules, and says so now and on the patch', async () => {
  const asked = options({ choice: 'bedrock-then-rules' });
  expect(await chooseRunAuthors(asked)).toEqual({
    choice: 'rules',
    why: `No model is named: ${HINT}. Rules wrote the commands.`,
  });
  expect(asked.told).toEqual([`no model is named, so rules write the commands: ${HINT}`]);
});

it.each(['bedrock', 'bedrock-then-rules'] as const)(
  '%s has the model of the configuration or of the option',
  async (choice) => {
    for (const named of [
      { model: { id: 'model-1' } },
      { modelId: 'model-2' },
      { model: { id: 'm' }, modelId: 'model-2' },
    ]) {
      const asked = options({ choice, ...named });
      const authors = await chooseRunAuthors(asked);
      expect(authors).toEqual({ choice, model: { propose: expect.any(Function) as unknown } });
      expect(asked.told).toEqual([]);
    }
  },
);
