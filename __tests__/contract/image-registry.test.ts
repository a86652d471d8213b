import { makeEngineRegistry } from '../../adapters/local/engine-registry';
import { makeImage } from '../unit/table/samples';
import { describeImageRegistry, parentTag } from './image-registry.contract';
import { memoryEngine } from './memory-engine';

describeImageRegistry('the store of a container engine', () => {
  const engine = memoryEngine();
  const registry = makeEngineRegistry({ engine });
  const golden = makeImage();
  // A parent that was asked for is remembered for the run, whatever became of it: one registry per question.
  return Promise.resolve({
    registry: { ...registry, parentOf: async (image) => await makeEngineRegistry({ engine }).parentOf(image) },
    image: { ...golden, parent: registry.referenceOf(golden, parentTag) },
    push: (tag, sample) => Promise.resolve(engine.add(registry.referenceOf(golden, tag), sample)),
    dispose: () => Promise.resolve(),
  });
});
