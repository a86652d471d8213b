import { isCycloneDx, parseCycloneDx } from './formats/cyclonedx';
import { isEcrScan, parseEcrScan } from './formats/ecr-enhanced';
import type { DocumentSource } from './formats/image-identity';
import type { ParsedDocument } from './formats/scan-result';
import { isTrivy, parseTrivy } from './formats/trivy';
import { parseRecord } from './parse-record';
import { isObject } from './record-problem';

/**
 * Parses a JSON value of a findings file, whatever its format: Amazon Inspector's CycloneDX scan result, Trivy's report,
 * ECR's `DescribeImageScanFindings`, an EventBridge event, or a finding of `ListFindings`. Never throws: what cannot be used is a problem.
 * @param source names the image of a scan result that does not name it itself
 */
export function parseDocument(value: unknown, source: DocumentSource): ParsedDocument {
  if (isObject(value) && !('detail-type' in value) && !('findingArn' in value)) {
    if (isCycloneDx(value)) return parseCycloneDx(value, source);
    if (isTrivy(value)) return parseTrivy(value, source);
    if (isEcrScan(value)) return parseEcrScan(value);
  }
  return { records: 1, ...parseRecord(value) };
}
