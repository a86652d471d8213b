import { writeFileSync } from 'node:fs';
import { configJsonSchema } from '../domain/config/config-json-schema';

/** Writes the JSON Schema of `golden-images.yaml`; a test checks that the committed file is up to date. */
writeFileSync('docs/golden-images.schema.json', configJsonSchema());
