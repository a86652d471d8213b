import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { securityDocument } from './security/security-document';
import type { StackJson } from './terraform/older-provider';

/** Writes docs/security.md from what `ENVIRONMENT=prod npm run synth` wrote; a test checks that it is up to date. */
const stacks = ['patching-prod', 'images-prod'].map(
  (name) => JSON.parse(readFileSync(join('cdktf.out/stacks', name, 'cdk.tf.json'), 'utf8')) as StackJson,
);
writeFileSync('docs/security.md', securityDocument(stacks, 'debian-12'));
