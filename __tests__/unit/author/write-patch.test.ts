import type { ModelReply } from '../../../domain/author/model';
import type { InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import { PACKAGES, answerOf, makeReply } from './samples';
import { modelWorld } from './model-world';
import { digestOf, makeImage, makeItem, makeObservation, makePackage } from '../table/samples';

const GOOD = answerOf(['apt-get update', 'apt-get install -y --only-upgrade glibc']);
const GOOD_ONE = ['apt-get install -y --only-upgrade glibc'];
const PRICES = { inputPerMillionTokens: 3, outputPerMillionTokens: 15 };
const KRB5 = makeItem({ sk: 'FINDING#2', package: 'krb5', vulnerabilityId: 'CVE-2' });

describe('the patch', () => {
  it('tells whose commands it has, why, and what was asked for them', async () => {
    const here = await modelWorld({ answers: [GOOD], prices: PRICES });
    const patch = await here.plan();
    expect(patch).toMatchObject({
      author: 'bedrock',
      authorReason: 'The model model-1 wrote the commands: its first answer passed vetting.',
      modelCalls: 1,
      model: {
        id: 'model-1',
        questions: [
          {
            requestHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
            cached: false,
            inputTokens: 1_000,
            outputTokens: 100,
            latencyMilliseconds: 5,
            stopReason: 'tool_use',
            verdict: 'accepted',
            refusals: [],
          },
        ],
        cost: { amount: 0.0045, currency: 'USD' },
      },
    });
    expect(patch).not.toHaveProperty('completed');
    expect(patch).not.toHaveProperty('disagreements');
    expect(patch).not.toHaveProperty('extras');
    expect(await here.patches()).toEqual([patch]);
  });

  it('notes what rules completed, and what the model thinks cannot be fixed', async () => {
    const here = await modelWorld({
      answers: [answerOf(GOOD_ONE, [{ package: 'krb5', reason: 'no fix\u202e on offer' }])],
      findings: [makeItem(), KRB5],
    });
    expect(await here.plan()).toMatchObject({
      author: 'bedrock',
      completed: ['krb5'],
      disagreements: [{ package: 'krb5', reason: 'no fix\\u{202e} on offer' }],
    });
  });

  it('by rules has nothing completed, though they followed a model', async () => {
    const here = await modelWorld({ answers: [answerOf(['rm -rf /'])], findings: [makeItem(), KRB5] });
    expect(await here.plan()).not.toHaveProperty('completed');
  });

  it('lists fifty names of each; the papers have them all', async () => {
    const findings = Array.from({ length: 80 }, (_one, at) =>
      makeItem({ sk: `FINDING#${at}`, package: `lib${at}`, vulnerabilityId: `CVE-${at}` }),
    );
    const doubts = findings.map((one) => ({ package: one.package, reason: 'r'.repeat(2_000) }));
    const here = await modelWorld({
      answers: [
        makeReply({ toolInputs: [{ commands: ['apt-get update'], notFixable: doubts.slice(0, 25), explanation: '' }] }),
      ],
      findings,
    });
    const patch = await here.plan();
    expect([patch.completed?.length, patch.disagreements?.length]).toEqual([50, 25]);
    const papers = await here.papers(patch);
    expect([papers.completed?.length, papers.disagreements?.length]).toEqual([80, 25]);
  });

  it.each([
    ['the same', ['apt-get install -y --only-upgrade glibc']],
    [
      'the same in other words',
      ['apt-get update; apt-get -y -q install glibc && apt-get clean', 'rm -rf /var/lib/apt/lists/*'],
    ],
    ['less', ['apt-get update']],
    ['a version, which the script never installs', ['apt-get install -y glibc=2.36-9+deb12u9']],
  ])('has the script of the rules where its commands mean %s', async (_name, commands) => {
    const rules = await modelWorld({ answers: [], choice: 'rules', packages: PACKAGES });
    const model = await modelWorld({ answers: [answerOf(commands)], packages: PACKAGES });
    const [one, other] = [await rules.plan(), await model.plan()];
    expect([other.author, other.patchId]).toEqual(['bedrock', one.patchId]);
  });

  it('has no byte of what a model wrote beside names that vetting knows', async () => {
    const reply = makeReply({
      toolInputs: [
        {
          commands: [
            'apt-get install -y --only-upgrade glibc=9.9:evil-marker',
            'apt-get install -y --only-upgrade glibc',
          ],
          notFixable: [{ package: 'glibc', reason: 'evil-marker' }],
          explanation: 'evil-marker $(touch /evil-marker)',
        },
      ],
    });
    const here = await modelWorld({ answers: [reply] });
    expect(await here.script(await here.plan())).not.toContain('evil-marker');
  });
});

describe('the papers', () => {
  it('hold the question, every answer with its verdict, and the reason', async () => {
    const here = await modelWorld({ answers: [answerOf(['apt-get install wget']), GOOD], packages: PACKAGES });
    const patch = await here.plan();
    const papers = await here.papers(patch);
    expect(papers).toMatchObject({
      planHash: patch.planHash,
      ecosystem: 'apt',
      why: patch.authorReason,
      prompt: here.model.asked[0],
      tried: [
        {
          proposal: { author: 'bedrock', commands: ['apt-get install wget'] },
          verdict: { verdict: 'refused', refusals: [{ code: 'package-not-in-targets' }] },
        },
        { proposal: { author: 'bedrock' }, verdict: { verdict: 'accepted', refusals: [] } },
      ],
    });
    expect(papers.tried).toHaveLength(2);
  });

  it('of the rules alone hold no question', async () => {
    const here = await modelWorld({ answers: [], choice: 'rules' });
    const papers = await here.papers(await here.plan());
    expect(papers).not.toHaveProperty('prompt');
    expect(papers.tried).toHaveLength(1);
  });
});

describe('what a model adds', () => {
  it('a removal that policy allows, of a binary of a target: it goes, and the rest is raised', async () => {
    const image = makeImage({}, { removable: ['linux-libc-dev'] });
    const item = makeItem({
      package: 'linux',
      observations: { [digestOf('a')]: makeObservation({ floor: '6.1.90-1' }) },
    });
    const here = await modelWorld({
      answers: [answerOf(['apt-get purge -y linux-libc-dev'])],
      image,
      findings: [item],
    });
    const patch = await here.plan();
    expect([patch.author, await here.script(patch)]).toEqual(['bedrock', expect.stringContaining('linux-libc-dev')]);
  });

  it('the name that a package goes by now, which the next patch keeps', async () => {
    const packages: InstalledPackage[] = [makePackage('libssl3t64', '3.0.13-1', { source: 'openssl' })];
    const ssl = makeItem({ package: 'libssl3' });
    const here = await modelWorld({
      answers: [answerOf(['apt-get install -y --only-upgrade libssl3t64']), GOOD],
      packages,
      findings: [ssl],
    });
    const first = await here.plan();
    expect(first.targets).toMatchObject([{ package: 'libssl3', replacedBy: 'libssl3t64' }]);
    await here.promote(1);
    await here.put(KRB5);
    const second = await here.plan();
    expect(second.targets).toMatchObject([{ package: 'krb5' }, { package: 'libssl3', replacedBy: 'libssl3t64' }]);
    expect(await here.script(second)).toContain('libssl3t64');
  });

  it('that name is kept though nobody knows it any more: the promoted image has it', async () => {
    const here = await modelWorld({
      answers: [answerOf(['apt-get install -y --only-upgrade libssl4']), GOOD],
      findings: [makeItem({ package: 'libssl3' })],
      image: makeImage({}, { replacements: { libssl3: ['libssl4'] } }),
    });
    await here.plan();
    await here.promote(1);
    await here.put(KRB5);
    const second = await here.plan(makeImage());
    expect(second.targets[1]).toMatchObject({ package: 'libssl3', replacedBy: 'libssl4' });
    expect(await here.script(second)).toContain('libssl4');
  });

  it('no 64-bit time name and no companion of the same source where the packages are not known', async () => {
    for (const name of ['libssl3t64', 'openssl']) {
      const answer = answerOf([`apt-get install -y --only-upgrade libssl3 ${name}`]);
      const here = await modelWorld({ answers: [answer], findings: [makeItem({ package: 'libssl3' })] });
      expect((await here.plan()).author).toBe('rules');
    }
  });
});

describe('what the promoted patch did beside its targets', () => {
  const POLICY = { companions: ['bash'], removable: ['gcc-12'] };
  const EXTRAS = answerOf(['apt-get install -y --only-upgrade glibc bash', 'apt-get purge -y gcc-12']);

  async function promoted(answers: readonly (ModelReply | Error)[]) {
    const here = await modelWorld({ answers, image: makeImage({}, POLICY) });
    const first = await here.plan();
    expect(first.extras).toEqual({ companions: { upgrade: ['bash'], remove: ['gcc-12'] } });
    await here.promote(1);
    await here.put(KRB5);
    return here;
  }

  it('is in the next patch too, whoever writes it', async () => {
    for (const next of [answerOf(['apt-get install -y krb5']), answerOf(['rm -rf /'])]) {
      const here = await promoted([EXTRAS, next]);
      const second = await here.plan();
      expect(second.targets.map((target) => target.package)).toEqual(['glibc', 'krb5']);
      expect(second.extras).toEqual({ companions: { upgrade: ['bash'], remove: ['gcc-12'] } });
      expect(await here.script(second)).toContain('gcc-12');
    }
  });

  it('is dropped where policy allows it no more', async () => {
    const here = await promoted([EXTRAS, answerOf(['apt-get install -y krb5'])]);
    const second = await here.plan(makeImage({}, { companions: ['bash'] }));
    expect(second.extras).toEqual({ companions: { upgrade: ['bash'], remove: [] } });
    expect(await here.script(second)).not.toContain('gcc-12');
  });

  it('of a patch that was held is not', async () => {
    const here = await modelWorld({ answers: [EXTRAS, GOOD], image: makeImage({}, POLICY) });
    await here.plan();
    await here.end(1, { state: 'HELD', reason: 'contract-broken' });
    expect(await here.plan()).not.toHaveProperty('extras');
  });

  it('a companion of the same source is carried also where the rules write the next patch', async () => {
    const packages = [
      makePackage('libssl3', '3.0.9-1', { source: 'openssl' }),
      makePackage('openssl', '3.0.9-1', { source: 'openssl' }),
    ];
    const answers = [answerOf(['apt-get install -y --only-upgrade libssl3 openssl'])];
    const here = await modelWorld({ answers, packages, findings: [makeItem({ package: 'libssl3' })] });
    const { extras } = await here.plan();
    expect(extras).toEqual({ companions: { upgrade: ['openssl'], remove: [] } });
    await here.promote(1);
    await here.put(KRB5);
    for (const sequence of [2, 3]) {
      expect(await here.plan()).toMatchObject({ author: 'bedrock', extras });
      await here.fail(sequence, 'E: no');
    }
    expect(await here.plan()).toMatchObject({ author: 'rules', attempt: 3, extras });
  });
});
