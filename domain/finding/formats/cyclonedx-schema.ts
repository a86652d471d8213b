import { z } from 'zod';
import { filledText, maybe, name, text } from '../schema-parts';

const property = z.object({ name: text(1024), value: maybe(z.string()) });
const properties = maybe(z.array(property));

/**
 * What this project reads of a CycloneDX document (CycloneDX 1.2 to 1.6, JSON): the envelope. Its entries are read one by
 * one, so that a bad one does not take the others along; unknown keys are passed over.
 */
export const cycloneDxDocument = z.object({
  bomFormat: z.literal('CycloneDX', 'is not CycloneDX: scan with --output-format CYCLONE_DX_1_5'),
  serialNumber: maybe(text(256)),
  version: maybe(z.number().int().nonnegative()),
  metadata: maybe(z.object({ timestamp: maybe(z.unknown()), component: maybe(z.unknown()), properties })),
  components: maybe(z.array(z.unknown())),
  vulnerabilities: maybe(z.array(z.unknown())),
});

/** `metadata.component`: the image that was scanned. */
export const cycloneDxImage = z.object({
  name: maybe(text(2048)),
  version: maybe(text(256)),
  properties,
});

/** One component: a package, or the operating system. */
export const cycloneDxComponent = z.object({
  type: maybe(text(64)),
  name: filledText(1024),
  version: maybe(text(256)),
  group: maybe(text(1024)),
  purl: maybe(text(4096)),
  properties,
});

/** One entry of `vulnerabilities`. */
export const cycloneDxVulnerability = z.object({
  'bom-ref': maybe(text(512)),
  id: filledText(128),
  updated: maybe(z.unknown()),
  created: maybe(z.unknown()),
  ratings: maybe(
    z.array(
      z.object({
        source: maybe(z.object({ name: maybe(text(256)) })),
        severity: maybe(text(64)),
        score: maybe(z.number()),
        method: maybe(text(64)),
      }),
    ),
  ),
  analysis: maybe(z.object({ state: maybe(text(64)) })),
  affects: z.array(z.unknown()),
  properties,
});

/** One entry of `affects`: the `bom-ref` of a component, or a BOM-Link to it. */
export const cycloneDxAffected = z.object({ ref: filledText(1024) });

/** A package name as it may stand in a finding. */
export const packageName = name;

/** One parsed component. */
export type CycloneDxComponent = z.infer<typeof cycloneDxComponent>;
/** One parsed vulnerability. */
export type CycloneDxVulnerability = z.infer<typeof cycloneDxVulnerability>;
/** Parsed `properties`. */
export type CycloneDxProperties = z.infer<typeof properties>;
