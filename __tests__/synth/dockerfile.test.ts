import { renderDockerfile } from '../../modules/image-pipeline/dockerfile';
import { namesUser } from '../../modules/image-pipeline/dockerfile-template';
import { isRootParent } from '../../modules/image-pipeline/known-user';

const STAGE = [
  'FROM public.ecr.aws/amazonlinux/amazonlinux:2023 AS golden-images-fetch',
  'USER root',
  '{{{ imagebuilder:environments }}}',
  '{{{ imagebuilder:components }}}',
  '',
];
const PATCH = [
  'USER root',
  'COPY --from=golden-images-fetch /opt/golden-images-patch.sh /golden-images-patch.sh',
  'RUN ["/bin/sh", "-c", "/bin/sh /golden-images-patch.sh && rm -f /golden-images-patch.sh"]',
];
const PARENT = 'FROM {{{ imagebuilder:parentImage }}}';

it('staged: components run in a stage that is thrown away, the patch in the last', () => {
  expect(renderDockerfile({ injection: 'staged' }).split('\n')).toEqual([...STAGE, PARENT, ...PATCH, 'USER root', '']);
});

it('inline: components run in the image itself', () => {
  expect(renderDockerfile({ injection: 'inline', user: 'app:app', workdir: '/srv' }).split('\n')).toEqual([
    PARENT,
    'USER root',
    '{{{ imagebuilder:environments }}}',
    '{{{ imagebuilder:components }}}',
    'USER app:app',
    'WORKDIR /srv',
    '',
  ]);
});

it('an own template: the stage comes after what must be first, the patch where the marker is', () => {
  const template = [
    '# syntax=docker/dockerfile:1',
    'ARG A=1',
    PARENT,
    'RUN a ${A}',
    '  # golden-images: patch  ',
    'ENV B=2',
    '',
  ].join('\n');
  expect(renderDockerfile({ injection: 'staged', template }).split('\n')).toEqual([
    '# syntax=docker/dockerfile:1',
    'ARG A=1',
    ...STAGE,
    PARENT,
    'RUN a ${A}',
    ...PATCH,
    'USER root',
    'ENV B=2',
    '',
  ]);
});

it('an own template: the user and, inline, the directory are again what the stage had said before the patch', () => {
  const template = [
    'FROM other AS tools',
    'USER nobody',
    'WORKDIR /tools',
    PARENT,
    'USER first',
    'workdir /srv/app',
    'user 1001:0 ',
    '# golden-images: patch',
    'CMD ["serve"]',
  ].join('\n');
  const after = (rendered: string): string[] => rendered.slice(rendered.lastIndexOf('{{{')).split('\n').slice(-4);
  expect(after(renderDockerfile({ injection: 'inline', template })).slice(-3)).toEqual([
    'USER 1001:0',
    'WORKDIR /srv/app',
    'CMD ["serve"]',
  ]);
  expect(renderDockerfile({ injection: 'staged', template }).split('\n').slice(-5)).toEqual([
    ...PATCH,
    'USER 1001:0',
    'CMD ["serve"]',
  ]);
  // What the contract says comes first.
  expect(renderDockerfile({ injection: 'inline', template, user: 'app', workdir: '/x' })).toContain(
    'USER app\nWORKDIR /x',
  );
});

it('an own template: the user of an earlier stage that the patched one is made from stays', () => {
  const template = [
    'FROM {{{ imagebuilder:parentImage }}} AS base',
    'USER app',
    'FROM tools AS Other',
    'USER tool',
    'FROM base',
    'RUN id',
    '# golden-images: patch',
  ];
  const user = (lines: readonly string[]): string | undefined =>
    renderDockerfile({ injection: 'staged', template: lines.join('\n') })
      .split('\n')
      .at(-1);
  expect(user(template)).toBe('USER app');
  expect(user(template.map((line) => line.replace('FROM base', 'FROM --platform=linux/amd64 OTHER AS last')))).toBe(
    'USER tool',
  );
  expect(user(template.filter((line) => line !== 'USER app'))).toBe('USER root');
});

it('an own template: what is in a heredoc, a comment or an ONBUILD is no user or directory of the image', () => {
  const lines = [
    '# escape=`',
    'ARG A=1 `',
    '# FROM x',
    '  B=2',
    PARENT,
    'workdir `',
    '  /srv',
    'user app',
    'RUN a `',
    '  # USER x',
    '  && b',
    'COPY <<EOF <<-"END" /etc/nginx/',
    'user nginx;',
    'EOF',
    'WORKDIR /y',
    '\tEND',
    'ONBUILD USER z',
    '# golden-images: patch',
    'CMD ["serve"]',
  ];
  const rendered = renderDockerfile({ injection: 'staged', template: lines.join('\n') }).split('\n');
  expect(rendered).toEqual([
    ...lines.slice(0, 4),
    ...STAGE,
    ...lines.slice(4, -2),
    ...PATCH,
    'USER app',
    'CMD ["serve"]',
  ]);
  expect(
    renderDockerfile({ injection: 'inline', template: lines.join('\n') })
      .split('\n')
      .slice(-3),
  ).toEqual(['USER app', 'WORKDIR /srv', 'CMD ["serve"]']);
  expect(namesUser(lines.filter((line) => line !== 'user app').join('\n'))).toBe(false);
});

it('an own template, inline: a relative directory goes on again from the one before it', () => {
  const template = [
    `${PARENT} AS base`,
    'WORKDIR /srv',
    'WORKDIR app',
    'FROM base',
    'WORKDIR x',
    '# golden-images: patch',
  ];
  expect(
    renderDockerfile({ injection: 'inline', template: template.join('\n') })
      .split('\n')
      .slice(-4),
  ).toEqual(['USER root', 'WORKDIR /srv', 'WORKDIR app', 'WORKDIR x']);
});

it('an own template: a user after the patch is not its user before it', () => {
  const template = [PARENT, 'USER app', '# golden-images: patch', 'WORKDIR /late', 'USER late'].join('\n');
  expect(renderDockerfile({ injection: 'inline', template }).split('\n').slice(-4)).toEqual([
    'USER app',
    'WORKDIR /',
    'WORKDIR /late',
    'USER late',
  ]);
});

it('a template names its user before the patch, in the same stage, or after it', () => {
  const of = (...lines: string[]): boolean => namesUser(lines.join('\n'));
  expect(of(PARENT, 'USER app', '# golden-images: patch')).toBe(true);
  expect(of(PARENT, '# golden-images: patch', 'USER app')).toBe(true);
  expect(of('FROM a', 'USER app', PARENT, '# golden-images: patch')).toBe(false);
  expect(of(PARENT, '# USER app', '# golden-images: patch')).toBe(false);
});

it.each([
  ['debian:12-slim', true],
  ['docker.io/library/golang:1.24', true],
  ['public.ecr.aws/docker/library/alpine:3.22', true],
  ['222222222222.dkr.ecr.eu-central-1.amazonaws.com/docker-hub/library/python:3.12', true],
  ['public.ecr.aws/amazonlinux/amazonlinux:2023', true],
  ['222222222222.dkr.ecr.eu-central-1.amazonaws.com/redhat/ubi9/ubi-minimal:9.6', true],
  ['222222222222.dkr.ecr.eu-central-1.amazonaws.com/suse/bci/bci-base:15.7', true],
  ['docker.io/bitnami/node:20', false],
  ['222222222222.dkr.ecr.eu-central-1.amazonaws.com/redhat/ubi9/nodejs-20:1', false],
  ['222222222222.dkr.ecr.eu-central-1.amazonaws.com/team/debian:12', false],
  ['public.ecr.aws/chainguard/wolfi-base:latest', false],
  ['gcr.io/distroless/base-nossl:nonroot', false],
  ['not a reference', false],
])('whether the parent %s is known to run as root: %p', (reference, known) => {
  expect(isRootParent(reference)).toBe(known);
});
