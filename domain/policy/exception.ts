import { z } from 'zod';

/** An accepted risk: findings that it covers are parked `excepted` until it expires. */
export const exceptionKeys = z.strictObject({
  vulnerability: z.string().min(1).max(128).describe('Vulnerability id as the scanner writes it, e.g. CVE-2023-4039.'),
  package: z.string().min(1).max(256).optional().describe('Only for this package; default every package.'),
  image: z.string().min(1).max(256).optional().describe('Only for the golden image of this name; default every image.'),
  owner: z.string().min(1).max(256).optional().describe('Who accepted the risk.'),
  justification: z
    .string()
    .min(10, 'must say why, in at least 10 characters')
    .max(2000)
    .describe('Why the risk is accepted.'),
  expires: z.iso.date().describe('Last day (UTC) on which the exception holds, e.g. 2027-03-31.'),
});

/** An accepted risk, as `golden-images.yaml` declares it. */
export type RiskException = z.infer<typeof exceptionKeys>;

/** The exception in force for a finding at `now`, if there is one; the one that holds longest wins. */
export function exceptionFor(
  finding: { readonly vulnerabilityId: string; readonly package: string },
  image: string,
  exceptions: readonly RiskException[],
  now: Date,
): RiskException | undefined {
  return exceptionsOf(finding, image, exceptions).find((exception) => !hasEnded(exception, now));
}

/** The exception for a finding that has ended by `now`, and no other is in force; of several the one that ended last. */
export function lapsedExceptionFor(
  finding: { readonly vulnerabilityId: string; readonly package: string },
  image: string,
  exceptions: readonly RiskException[],
  now: Date,
): RiskException | undefined {
  const [longest] = exceptionsOf(finding, image, exceptions);
  return longest !== undefined && hasEnded(longest, now) ? longest : undefined;
}

/** Those that cover it, in force or not, longest first. */
function exceptionsOf(
  finding: { readonly vulnerabilityId: string; readonly package: string },
  image: string,
  exceptions: readonly RiskException[],
): RiskException[] {
  return exceptions
    .filter(
      (exception) =>
        exception.vulnerability === finding.vulnerabilityId &&
        (exception.package === undefined || exception.package === finding.package) &&
        (exception.image === undefined || exception.image === image),
    )
    .sort((left, right) => right.expires.localeCompare(left.expires));
}

function hasEnded({ expires }: RiskException, now: Date): boolean {
  return now.getTime() > Date.parse(`${expires}T23:59:59.999Z`);
}
