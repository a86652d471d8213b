import { writeFileSync } from 'node:fs';
import { configJsonSchema } from '../domain/config/config-json-schema';
import { evidenceJsonSchema } from '../domain/evidence/evidence-json-schema';
import { promotedEventJsonSchema } from '../domain/notice/promoted-event';
import { rolledBackEventJsonSchema } from '../domain/notice/rolled-back-event';

/** Writes the JSON Schemas of `golden-images.yaml` and of what is sent out; tests check that the committed files are up to date. */
writeFileSync('docs/golden-images.schema.json', configJsonSchema());
writeFileSync('docs/golden-image-promoted.schema.json', promotedEventJsonSchema());
writeFileSync('docs/golden-image-rolled-back.schema.json', rolledBackEventJsonSchema());
writeFileSync('docs/evidence.schema.json', evidenceJsonSchema());
