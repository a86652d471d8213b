import { parseRecord } from '../parse-record';
import { isObject, joinPath } from '../record-problem';
import type { ParsedDocument } from './scan-result';

/** True for the output of `aws ecr describe-image-scan-findings`. */
export function isEcrScan(value: Record<string, unknown>): boolean {
  return isObject(value['imageScanFindings']);
}

/**
 * Parses the output of `aws ecr describe-image-scan-findings` with enhanced scanning: Inspector's findings, in the shape
 * that they have in ListFindings (botocore service model `ecr`, shape `EnhancedImageScanFinding`). Where a finding has
 * no date of its own, the end of the scan dates it. Findings of basic scanning name no fixed versions and are refused.
 */
export function parseEcrScan(value: Record<string, unknown>): ParsedDocument {
  const scan = isObject(value['imageScanFindings']) ? value['imageScanFindings'] : {};
  const list = scan['enhancedFindings'];
  if (!Array.isArray(list)) {
    const message =
      'has no enhancedFindings: basic scanning of ECR names no fixed versions; turn on enhanced scanning (Amazon Inspector)';
    return { records: 1, findings: [], ignored: [], problems: [{ path: 'imageScanFindings', message }] };
  }
  const completedAt = scan['imageScanCompletedAt'];
  const parsed = list.map((finding: unknown, index) => {
    const dated =
      isObject(finding) && completedAt !== undefined ? { lastObservedAt: completedAt, ...finding } : finding;
    const { problems, ...rest } = parseRecord(dated);
    const at = `imageScanFindings.enhancedFindings[${index}]`;
    return { ...rest, problems: problems.map(({ path, message }) => ({ path: joinPath(at, path), message })) };
  });
  return {
    records: list.length,
    findings: parsed.flatMap(({ findings }) => findings),
    ignored: parsed.flatMap(({ ignored }) => ignored),
    problems: parsed.flatMap(({ problems }) => problems),
  };
}
