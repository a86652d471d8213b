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
  /** e.g. `amd64`. */
  readonly architecture: string;
  /** HEALTHCHECK as canonical JSON, an extension of docker's format; empty where there is none. */
  readonly healthcheck: string;
  /** SHELL, an extension of docker's format. */
  readonly shell: readonly string[];
  readonly stopSignal: string;
}
