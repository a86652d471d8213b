/** An image of a configuration, as text. */
export function imageYaml(name: string, more = ''): string {
  return `  - name: '${name}'
    repository: golden/${name}
    parent: public.ecr.aws/docker/library/debian:12-slim
${more}`;
}

/** A configuration with three images, and an environment `test` that has everything. */
export function estateYaml(images: readonly string[] = THREE, environment = '', top = ''): string {
  return `version: 1
${top}images:
${images.join('')}
environments:
  test:
    account: '123456789012'
    region: eu-west-1
    backend: { type: s3, bucket: states-bucket }
${environment}`;
}

const THREE = [
  imageYaml('debian-12'),
  `  - name: amazonlinux-2023
    repository: golden/amazonlinux-2023
    parent: public.ecr.aws/amazonlinux/amazonlinux:2023
    platform: AMAZON_LINUX_2023
    architecture: arm64
    contract: { user: app, workdir: /srv }
`,
  `  - name: alpine_3.22
    repository: golden/alpine-3.22
    parent: public.ecr.aws/docker/library/alpine:3.22
    platform: ALPINE_LINUX_3_22
    floatingTag: latest
`,
];
