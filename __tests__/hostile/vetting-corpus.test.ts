import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireEcosystem } from '../../domain/ecosystems';
import type { EcosystemId } from '../../domain/ecosystems/ecosystem';
import type { VettingContext } from '../../domain/vetting/operations';
import { vet } from '../../domain/vetting/vet';

/** Texts and the plan that they are vetted against. */
interface Corpus {
  readonly context: VettingContext;
  readonly texts: readonly string[];
}

const FOLDER = join(__dirname, '../fixtures/vetting');
/** Share of the benign texts that must be accepted; the rest is refused with a reason, which costs one round. */
const LEAST_ACCEPTED = 0.95;

function corpora(name: string): readonly (readonly [EcosystemId, Corpus])[] {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  return Object.entries(JSON.parse(text) as Record<string, Corpus>) as [EcosystemId, Corpus][];
}

function acceptedOf(id: EcosystemId, { context, texts }: Corpus): string[] {
  const ecosystem = requireEcosystem(id);
  return texts.filter((text) => vet([text], ecosystem, context).verdict === 'accepted');
}

describe('the idioms of real Dockerfiles', () => {
  it.each(corpora('benign.json'))('%s: at least 95 % are accepted', (id, corpus) => {
    const accepted = new Set(acceptedOf(id, corpus));
    const refused = corpus.texts
      .filter((text) => !accepted.has(text))
      .map((text) => [text, vet([text], requireEcosystem(id), corpus.context).refusals[0]?.message]);
    process.stdout.write(
      `vetting ${id}: ${String(accepted.size)} of ${String(corpus.texts.length)} benign texts accepted\n`,
    );
    expect([accepted.size / corpus.texts.length >= LEAST_ACCEPTED, refused]).toEqual([true, refused]);
  });
});

describe('hostile texts', () => {
  it.each(corpora('hostile.json'))('%s: none is accepted, each is refused with a code', (id, corpus) => {
    expect(acceptedOf(id, corpus)).toEqual([]);
    expect(new Set(corpus.texts).size).toBe(corpus.texts.length);
    process.stdout.write(`vetting ${id}: 0 of ${String(corpus.texts.length)} hostile texts accepted\n`);
    for (const text of corpus.texts) {
      const { operations, refusals } = vet([text], requireEcosystem(id), corpus.context);
      expect([text, operations, refusals.length > 0]).toEqual([text, [], true]);
    }
  });

  it.each(corpora('hostile.json'))('%s: none becomes benign among benign ones', (id, { context, texts }) => {
    const ecosystem = requireEcosystem(id);
    const benign =
      corpora('benign.json')
        .find(([other]) => other === id)?.[1]
        .texts.slice(0, 3) ?? [];
    // Without an operation of its own a text is refused for that alone; with others it has to be refused for itself.
    const alone = texts.filter((text) => vet([text], ecosystem, context).refusals[0]?.code !== 'incomplete');
    for (const text of alone)
      expect([text, vet([...benign, text, ...benign], ecosystem, context).verdict]).toEqual([text, 'refused']);
    expect(alone.length / texts.length).toBeGreaterThan(LEAST_ACCEPTED);
  });
});
