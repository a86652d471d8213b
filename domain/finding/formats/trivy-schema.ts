import { z } from 'zod';
import { filledText, maybe, name, text } from '../schema-parts';

const labels = maybe(z.array(text(2048)).max(1000));

/**
 * What this project reads of a Trivy report (`trivy image --format json`, schema version 2): the envelope. Source:
 * aquasecurity/trivy, pkg/types/report.go and pkg/fanal/types/artifact.go. Unknown keys are passed over.
 */
export const trivyReport = z.object({
  SchemaVersion: z.literal(2, 'is not 2, the schema of Trivy 0.20 and later'),
  CreatedAt: maybe(z.unknown()),
  ArtifactName: maybe(text(4096)),
  ArtifactType: maybe(text(64)),
  Metadata: maybe(
    z.object({
      OS: maybe(z.object({ Family: maybe(text(128)), Name: maybe(text(256)), EOSL: maybe(z.boolean()) })),
      ImageID: maybe(text(256)),
      RepoTags: labels,
      RepoDigests: labels,
      ImageConfig: maybe(z.object({ architecture: maybe(text(64)), created: maybe(z.unknown()) })),
    }),
  ),
  Results: maybe(z.array(z.unknown())),
});

/** One entry of `Results`: the packages of the operating system, or of one language or file. */
export const trivyResult = z.object({
  Target: maybe(text(4096)),
  Class: maybe(text(64)),
  Type: maybe(text(128)),
  Vulnerabilities: maybe(z.array(z.unknown())),
});

/** One entry of `Vulnerabilities`. Source: pkg/types/vulnerability.go. */
export const trivyVulnerability = z.object({
  VulnerabilityID: filledText(128),
  PkgName: name,
  PkgID: maybe(text(1024)),
  PkgPath: maybe(text(4096)),
  InstalledVersion: filledText(256),
  FixedVersion: maybe(text(1024)),
  Status: maybe(text(64)),
  Severity: maybe(text(64)),
  Layer: maybe(z.object({ Digest: maybe(text(128)), DiffID: maybe(text(128)) })),
});

/** A parsed report. */
export type TrivyReport = z.infer<typeof trivyReport>;
/** One parsed result. */
export type TrivyResult = z.infer<typeof trivyResult>;
/** One parsed vulnerability. */
export type TrivyVulnerability = z.infer<typeof trivyVulnerability>;
