/** What became of one target, as `patch --json` promises it. */
export interface ReportedTarget {
  readonly ecosystem: string;
  readonly package: string;
  readonly floor: string;
  readonly vulnerabilities: readonly string[];
  readonly result?: string;
  readonly reason?: string;
  readonly binaries: readonly { readonly name: string; readonly before: string; readonly after: string }[];
}

/** What became of one image, as `patch --json` promises it. */
export interface ReportedImage {
  readonly outcome: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly image?: string;
  readonly digest?: string;
  readonly patchId?: string;
  readonly script?: string;
  readonly evidence?: string;
  readonly author?: string;
  readonly authorReason?: string;
  readonly model?: {
    readonly id: string;
    readonly calls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cost?: { readonly amount: number; readonly currency: string };
    readonly costPerFixedVulnerability?: number;
  };
  readonly targets: readonly ReportedTarget[];
  readonly contract?: { readonly ok: boolean; readonly violations: readonly string[] };
  readonly parked: Readonly<Record<string, number>>;
}

/** The object that `patch --json` prints. It is the contract with the outside, so it is not taken from the product. */
export interface Report {
  readonly images: Readonly<Record<string, ReportedImage>>;
  readonly malformed: readonly {
    readonly source: string;
    readonly line: number;
    readonly path: string;
    readonly message: string;
  }[];
  readonly duplicates: number;
  readonly ignored: Readonly<Record<string, number>>;
}

/** The results by package, `residual` with its reason: `{ openssl: 'fixed', perl: 'residual: held' }`. */
export function resultsOf(image: ReportedImage): Record<string, string> {
  return Object.fromEntries(
    image.targets.map((target) => [
      target.package,
      [target.result ?? 'none', target.reason].filter((part) => part !== undefined).join(': '),
    ]),
  );
}
