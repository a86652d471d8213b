import { createHash } from 'node:crypto';
import { type ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { startHttpStub, type HttpStub, type StubAction, type StubRequest } from './http-stub';

/** A registry: moto's ECR, and the download of layers, which moto has not. */
export interface EcrServer extends HttpStub {
  /** Blobs that can be downloaded, by digest. */
  readonly blobs: Map<string, Buffer>;
  /** Decides about requests before anything else does, where it is set: faults. */
  intercept: ((request: StubRequest) => StubAction | undefined) | undefined;
}

const OPERATION = 'AmazonEC2ContainerRegistry_V20150921.';

/**
 * Starts an ECR endpoint in front of moto's. GetDownloadUrlForLayer answers with a URL of this server for a blob that it
 * has, and with LayersNotFoundException, as ECR, for another (ECR API, GetDownloadUrlForLayer).
 */
export async function startEcrServer(moto: string): Promise<EcrServer> {
  const blobs = new Map<string, Buffer>();
  const act = (request: StubRequest): StubAction => {
    const intercepted = server.intercept?.(request);
    if (intercepted !== undefined) return intercepted;
    if (request.path.startsWith('/blobs/')) {
      const blob = blobs.get(request.path.slice('/blobs/'.length));
      return blob === undefined ? { status: 404 } : { status: 200, body: blob };
    }
    if (operationOf(request) !== 'GetDownloadUrlForLayer') return 'forward';
    const { layerDigest } = JSON.parse(request.body.toString()) as { layerDigest: string };
    const headers = { 'content-type': 'application/x-amz-json-1.1' };
    if (blobs.has(layerDigest))
      return { status: 200, headers, body: { layerDigest, downloadUrl: `${stub.url}/blobs/${layerDigest}` } };
    return { status: 400, headers, body: { __type: 'LayersNotFoundException', message: `no layer ${layerDigest}` } };
  };
  const stub = await startHttpStub(act, moto);
  const server: EcrServer = { ...stub, requests: stub.requests, blobs, intercept: undefined };
  return server;
}

/** Operation of a request to ECR, e.g. `PutImage`; empty where it is none. */
export function operationOf({ headers }: StubRequest): string {
  const target = headers['x-amz-target'] ?? '';
  return target.startsWith(OPERATION) ? target.slice(OPERATION.length) : '';
}

/** `sha256:…` of bytes. */
export function digestOf(bytes: string | Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Digest of a layer's content before it is compressed, as {@link pushImage} writes it into the configuration. */
export function uncompressedDigest(layer: string): string {
  return digestOf(`uncompressed ${layer}`);
}

const TYPES = {
  oci: {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
    list: 'application/vnd.oci.image.index.v1+json',
  },
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
    list: 'application/vnd.docker.distribution.manifest.list.v2+json',
  },
} as const;

/** An image to push: layers are made of texts, the configuration of what is said. */
export interface SampleImage {
  readonly format?: 'oci' | 'docker';
  readonly architecture?: string;
  /** `config` of the image's configuration, e.g. `{ User: 'app' }`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** One layer each; its bytes stand for the compressed layer. */
  readonly layers?: readonly string[];
  /** Digest to push under, which moto believes: of a real image whose manifest is not at hand. ECR refuses any but its own. */
  readonly digest?: string;
}

/** Pushes an image. @returns its digest and those of its layers */
export async function pushImage(
  server: EcrServer,
  client: ECRClient,
  repository: string,
  tag: string,
  { format = 'oci', architecture = 'amd64', config = {}, layers = ['base'], digest: claimed }: SampleImage = {},
): Promise<{ digest: string; layers: string[]; diffIds: string[] }> {
  const types = TYPES[format];
  const diffIds = layers.map(uncompressedDigest);
  const file = JSON.stringify({ architecture, os: 'linux', config, rootfs: { type: 'layers', diff_ids: diffIds } });
  server.blobs.set(digestOf(file), Buffer.from(file));
  const blob = (mediaType: string, text: string): object => ({
    mediaType,
    digest: digestOf(text),
    size: Buffer.byteLength(text),
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: blob(types.config, file),
    layers: layers.map((layer) => blob(types.layer, layer)),
  });
  const digest = await putManifest(client, repository, tag, types.manifest, manifest, claimed);
  return { digest, layers: layers.map(digestOf), diffIds };
}

/** Pushes a list of manifests. @returns its digest */
export async function pushList(
  client: ECRClient,
  repository: string,
  tag: string,
  entries: readonly { readonly digest: string; readonly architecture: string; readonly os?: string }[],
  format: 'oci' | 'docker' = 'oci',
): Promise<string> {
  const types = TYPES[format];
  const manifests = entries.map(({ digest, architecture, os = 'linux' }) => ({
    mediaType: types.manifest,
    digest,
    size: 1,
    platform: { architecture, os },
  }));
  const text = JSON.stringify({ schemaVersion: 2, mediaType: types.list, manifests });
  return await putManifest(client, repository, tag, types.list, text);
}

/** Pushes a manifest as it stands. @param imageDigest see {@link SampleImage.digest} @returns its digest */
export async function putManifest(
  client: ECRClient,
  repositoryName: string,
  imageTag: string,
  imageManifestMediaType: string,
  imageManifest: string,
  imageDigest = digestOf(imageManifest),
): Promise<string> {
  await client.send(
    new PutImageCommand({ repositoryName, imageTag, imageManifest, imageManifestMediaType, imageDigest }),
  );
  return imageDigest;
}
