import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { imagePartition } from '../../domain/table/keys';
import { describeLambdaChain } from '../support/aws/describe-lambda-chain';
import { pipelineArn } from '../support/aws/image-builder-server';
import type { LambdaChain } from '../support/aws/lambda-chain';
import { pushGolden } from '../support/aws/push-golden';
import { estateOf, GOLANG_TARGETS, MODEL, RECORDED, tableOf, targetsOf } from '../support/aws/recorded-images';
import { countMessages } from '../support/aws/waiting-messages';

const EVENTS = Object.values(RECORDED).flat();
const DEBIAN_TARGETS = ['glibc 2.36-9+deb12u6', 'util-linux 2.38.1-5+deb12u1'];
const CURL = '8.5.0-1.amzn2023.0.3';
const GLIBC = '2.34-52.amzn2023.0.10';
const PYTHON = '3.9.16-1.amzn2023.0.8';
const NGHTTP2 = '1.59.0-3.amzn2023.0.1';

/** Objects of the script bucket below a prefix, by the rest of their keys. */
async function objectsOf(chain: LambdaChain, prefix: string): Promise<ReadonlyMap<string, Buffer>> {
  const client = makeS3Client();
  const Bucket = chain.resources.scriptBucket;
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
  const objects = new Map<string, Buffer>();
  for (const { Key = '' } of Contents) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    objects.set(Key.slice(prefix.length), Buffer.from((await Body?.transformToByteArray()) ?? []));
  }
  return objects;
}

describeLambdaChain('the chain of the bundled functions', (start) => {
  test('real findings of four images become one patch, one script, one parameter version and one build each', async () => {
    const names = ['golang', 'debian', 'alpine', 'amazonlinux'] as const;
    const chain = await start({ config: estateOf(...names) });
    await pushGolden(chain, EVENTS);
    expect(await chain.send(EVENTS)).toBe(750);
    await chain.settle();

    const expected = {
      golang: {
        states: { OPEN: 26, 'PARKED below-threshold': 500, 'PARKED no-fix': 183, 'PARKED language-package': 4 },
        ecosystem: 'apt',
        targets: GOLANG_TARGETS,
      },
      debian: {
        states: { OPEN: 2, 'PARKED below-threshold': 4, 'PARKED no-fix': 3 },
        ecosystem: 'apt',
        targets: DEBIAN_TARGETS,
      },
      alpine: {
        states: { OPEN: 5, 'PARKED below-threshold': 7 },
        ecosystem: 'apk',
        targets: ['busybox 1.36.1-r1', 'openssl 3.1.4-r6'],
      },
      amazonlinux: {
        states: { OPEN: 14, 'PARKED below-threshold': 32 },
        ecosystem: 'dnf',
        targets: [
          ...[`curl ${CURL}`, `curl-minimal ${CURL}`, 'expat 2.5.0-1.amzn2023.0.4', `glibc ${GLIBC}`],
          ...[`glibc-common ${GLIBC}`, `glibc-minimal-langpack ${GLIBC}`, `libcurl-minimal ${CURL}`],
          ...[`libnghttp2 ${NGHTTP2}`, `nghttp2 ${NGHTTP2}`, `python3 ${PYTHON}`, `python3-libs ${PYTHON}`],
        ],
      },
    };
    for (const name of names) {
      const { head, patches, states } = await tableOf(chain, name);
      const [patch] = patches;
      expect({ name, states, ecosystem: patch?.ecosystem, targets: targetsOf(patch) }).toStrictEqual({
        name,
        ...expected[name],
      });

      // The bucket: one script, whose bytes hash to its key, and the proposal that it was made from.
      const scripts = await objectsOf(chain, `scripts/${name}/`);
      const [[key, bytes] = ['', Buffer.alloc(0)], ...more] = scripts;
      const patchId = createHash('sha256').update(bytes).digest('hex');
      expect({ key, more }).toStrictEqual({ key: `${patchId}.sh`, more: [] });
      expect(bytes.toString().split('\n')[0]).toBe('#!/bin/sh');
      const papers = await objectsOf(chain, `audit/${name}/`);
      expect([...papers.keys()]).toStrictEqual([`${patchId}.proposals.json`]);
      expect(JSON.parse(papers.get(`${patchId}.proposals.json`)?.toString() ?? '')).toMatchObject({
        planHash: patch?.planHash,
        tried: [{ proposal: { author: 'bedrock', model: { modelId: MODEL } }, verdict: { verdict: 'accepted' } }],
      });

      // The parameter: one version after the one that Terraform made.
      const scriptUri = `s3://${chain.resources.scriptBucket}/scripts/${name}/${key}`;
      expect(await chain.signal.get(name)).toStrictEqual({ value: scriptUri, version: 2 });

      // The build.
      const build = chain.imageBuilder.builds.find((one) => one.clientToken === patchId);
      expect(build?.pipelineArn).toBe(pipelineArn(`test-${name}`));
      expect({ patches: patches.length, ...patch }).toMatchObject({
        ...{ patches: 1, sequence: 1, state: 'BUILDING', attempt: 1, patchId, scriptUri, buildId: build?.arn },
        ...{ author: 'bedrock', modelCalls: 1 },
      });
      expect(head).toMatchObject({ state: 'BUSY', sequence: 1, lease: { patch: 1, buildId: build?.arn } });
    }
    expect(chain.bedrock.requests).toHaveLength(names.length);
    expect(
      chain.imageBuilder.requests.map(({ path, body }) => [
        path,
        Object.keys(JSON.parse(body.toString()) as object).sort(),
      ]),
    ).toStrictEqual(names.map(() => ['/StartImagePipelineExecution', ['clientToken', 'imagePipelineArn']]));
    for (const url of [chain.resources.signals.url, chain.resources.signals.deadLetterUrl])
      expect(await countMessages(url)).toBe(0);

    // Sent again, what is known changes nothing.
    const before = await chain.table.query(imagePartition('amazonlinux'));
    await chain.send(RECORDED.amazonlinux);
    await chain.settle();
    expect(await chain.table.query(imagePartition('amazonlinux'))).toStrictEqual(before);
    expect(chain.bedrock.requests).toHaveLength(names.length);
  });
});
