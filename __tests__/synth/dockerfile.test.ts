import { renderDockerfile } from '../../modules/image-pipeline/dockerfile';

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
  expect(renderDockerfile({ injection: 'staged' }).split('\n')).toEqual([
    ...STAGE,
    PARENT,
    ...PATCH,
    'USER root',
    'WORKDIR /',
    '',
  ]);
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
    'WORKDIR /',
    'ENV B=2',
    '',
  ]);
});
