/** The part of an image's configuration that those who build on it rely on (OCI image-spec, config.md). */
export interface ImageContract {
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** `NAME=value`, in order. */
  readonly env: readonly string[];
  readonly workdir: string;
  /** Sorted, e.g. `80/tcp`. */
  readonly ports: readonly string[];
  /** Sorted. */
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}
