import type { Notice, NotedVulnerability } from './notice';
import { fitText, oneLine } from './fit-text';

/** A notice as people read it. */
export interface NoticeText {
  /** One line of printable ASCII, at most 100 characters (SNS API, Publish). */
  readonly subject: string;
  readonly message: string;
}

/** What a notice says, before it is laid out. */
interface NoticeParts {
  /** Ends the subject, and begins the message. */
  readonly headline: string;
  readonly means: string;
  readonly next: string;
  readonly facts: readonly (readonly [name: string, value: string | number | undefined])[];
  readonly lists?: readonly (readonly [title: string, entries: readonly string[]])[];
}

const SUBJECT_LIMIT = 100;
/** What to do where it is not the script that fails. */
const BUILDER_FAILED =
  'The builder fails, not the patch: mend what the detail below names, such as capacity, network, or a right of the build instance';

/**
 * Puts a notice into words: what happened, what it means, what to do next, and the facts.
 * @param maximumBytes of the message in UTF-8; lines that do not fit are left out and counted
 */
export function noticeText(notice: Notice, maximumBytes: number): NoticeText {
  const { headline, means, next, facts, lists = [] } = partsOf(notice);
  const subject = oneLine(`Golden image ${notice.image}: ${headline}`).replace(/[^\x20-\x7e]/g, '?');
  const all: NoticeParts['facts'] = [['image', notice.image], ['repository', notice.repository], ...facts];
  const lines = [
    `Golden image ${notice.image}: ${headline}.`,
    '',
    'What it means',
    `  ${means}`,
    '',
    'What to do',
    `  ${next}`,
    '',
    'Facts',
    ...all.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name}: ${value}`])),
    ...lists.flatMap(([title, entries]) =>
      entries.length === 0 ? [] : ['', `${title} (${entries.length})`, ...entries.map((entry) => `  ${entry}`)],
    ),
  ];
  return {
    subject: subject.length <= SUBJECT_LIMIT ? subject : `${subject.slice(0, SUBJECT_LIMIT - 3)}...`,
    message: fitText(lines, maximumBytes),
  };
}

/** What to do about a held candidate, by its reason. */
function heldRemedy(
  { reason, isByHand, image }: Extract<Notice, { kind: 'held' }>,
  command: (rest: string) => string,
): string {
  const again =
    isByHand === true
      ? 'A person has asked for it: it is not tried again by itself.'
      : 'Else it is tried again by itself, less and less often.';
  const name = `--image ${image}`;
  switch (reason) {
    case 'contract-broken':
      return `Where the change is meant (another parent, another Dockerfile), accept it: "${command(`rebuild ${name} --accept-contract --reason …`)}". Else mend what has changed it. ${again}`;
    case 'worse':
      return `Where the risk is acceptable, declare an exception in golden-images.yaml, deploy it, and run "${command(`retry ${name} --reason …`)}". ${again}`;
    case 'nothing-improved':
      return 'Nothing: it is tried again by itself, less and less often, and at once when a higher fixed version is told of.';
    case 'not-scanned':
      return `Find out why the scanner does not look at it: "${command('doctor')}". ${isByHand === true ? again : 'It is tried again every day.'}`;
    default:
      return 'Look at the reason below.';
  }
}

function partsOf(notice: Notice): NoticeParts {
  const command = (rest: string): string => `golden-images ${rest} --environment …`;
  const image = `--image ${notice.image}`;
  switch (notice.kind) {
    case 'promoted':
      return {
        headline: `promoted, ${notice.fixed.length} fixed, ${notice.residual.length} residual`,
        means:
          'The floating tag points at the patched image now. Images that are built on it get the fixes when they are built again.',
        next: `Build again what is built on it: "${command(`blast-radius ${image}`)}" lists it. To take it back: "${command(`rollback ${image} --reason …`)}".`,
        facts: [
          ...patchFacts(notice),
          ['digest', notice.digest],
          ['previous digest', notice.previousDigest],
          ['tags', notice.tags.join(', ')],
          ['evidence', notice.evidenceUri],
          ['at', notice.at],
        ],
        lists: [
          ['Residual', notice.residual.map(describeVulnerability)],
          ['Fixed', notice.fixed.map(describeVulnerability)],
        ],
      };
    case 'rolled-back':
      return {
        headline: `rolled back by ${notice.by}`,
        means:
          'The floating tag points at the digest before again, whose vulnerabilities are back with it. The patch is blocked; a new one is planned where something is left to fix.',
        next: `Build again what was built on the digest that was taken back. "${command(`status ${image}`)}" tells what comes next.`,
        facts: [
          ...patchFacts(notice),
          ['reason', notice.reason],
          ['digest', notice.digest],
          ['taken back', notice.from],
          ['tags', notice.tags.join(', ')],
          ['at', notice.at],
        ],
      };
    case 'held':
      return {
        headline: `candidate held, ${notice.reason}`,
        means: 'The build ended, but its image is not proven to be better: the floating tag was not moved.',
        next: `${heldRemedy(notice, command)} "${command(`status ${image}`)}" tells what comes next.`,
        facts: [...patchFacts(notice), ['reason', notice.reason], ['detail', notice.detail]],
      };
    case 'stopped':
      return {
        headline: `stopped after ${notice.failures} failures in a row`,
        means: 'Nothing is built for this image any more until somebody says so. Its vulnerabilities stay open.',
        next: `${notice.reason === 'builder' ? BUILDER_FAILED : 'Find out why the builds fail'} ("${command(`status ${image}`)}"), then start over: "${command(`retry ${image} --reason …`)}".`,
        facts: [
          ...patchFacts(notice),
          ['failures in a row', notice.failures],
          ['since', notice.since],
          ['reason', notice.reason],
          ['detail', notice.detail],
        ],
      };
    case 'refused':
      return {
        headline: `${notice.refusals} builds refused in a row`,
        means:
          'No build of this image could be started. It is asked for again by itself, at most once a day; its vulnerabilities stay open.',
        next: `Mend what the detail below names: a right, a pipeline that is not deployed ("${command('doctor')}"). Then the next try works; to have it at once: "${command(`retry ${image} --reason …`)}".`,
        facts: [
          ...patchFacts(notice),
          ['refusals in a row', notice.refusals],
          ['since', notice.since],
          ['detail', notice.detail],
        ],
      };
    case 'approval-requested':
      return {
        headline: `patch ${notice.patch} waits for approval`,
        means: `Nothing is built until somebody approves it. Without a decision it expires at ${notice.expiresAt}.`,
        next: `Decide: "${command(`approve ${notice.image} ${notice.patch} --reason …`)}" or "${command(`reject ${notice.image} ${notice.patch} --reason …`)}".`,
        facts: [...patchFacts(notice), ['expires at', notice.expiresAt]],
        lists: [['What it would do', notice.summary]],
      };
    case 'scan-eligibility':
      return {
        headline: notice.state === 'expired' ? 'not scanned any more' : 'about to be scanned no more',
        means:
          'When the scanner stops looking at an image it closes its findings: they look fixed and are not, and new ones are not found.',
        next:
          notice.state === 'expired'
            ? `Raise the re-scan duration of Amazon Inspector, and push the image again: "${command(`rebuild ${image} --reason …`)}".`
            : 'Raise the re-scan duration of Amazon Inspector before it expires: raising it later does not bring the image back.',
        facts: [
          ['digest', notice.digest],
          ['detail', notice.detail],
        ],
      };
    case 'tag-moved':
      return {
        headline:
          notice.digest === undefined ? 'the floating tag is gone' : 'the floating tag was moved by somebody else',
        means: `${TAG_ORIGINS[notice.origin]} What is said of its vulnerabilities is about the proven image. Nothing is moved back by itself.`,
        next: [
          'Find out who did it (CloudTrail: PutImage and BatchDeleteImage on the repository), and tag the proven image again (docs/operating.md, "The floating tag was moved").',
          ...(notice.origin === 'previous'
            ? [`If a rollback was meant, make it one: "${command(`rollback ${image} --reason …`)}".`]
            : []),
          `Or have a new image built, proven and promoted, which moves the tag: "${command(`rebuild ${image} --reason …`)}". What somebody pushed is never adopted.`,
        ].join(' '),
        facts: [
          ['tag', notice.tag],
          ['points at', notice.digest ?? 'no image'],
          ['proven', notice.proven],
          ['proven image', notice.reference],
          ['first seen', notice.since],
        ],
      };
  }
}

const TAG_ORIGINS: Readonly<Record<Extract<Notice, { kind: 'tag-moved' }>['origin'], string>> = {
  none: 'The floating tag points at nothing: whoever pulls or builds by it fails.',
  previous: 'The floating tag points at the image that was promoted before, and nobody has asked for a rollback.',
  built:
    'The floating tag points at an image that was built here, and is not the promoted one: its proof failed, or it is an older one.',
  unknown: 'The floating tag points at an image that was not built here: nothing is proven of it.',
};

function patchFacts(notice: { readonly patch: number; readonly patchId: string }): NoticeParts['facts'] {
  return [
    ['patch', notice.patch],
    ['patch id', notice.patchId],
  ];
}

function describeVulnerability({ vulnerabilityId, package: name, severity, reason }: NotedVulnerability): string {
  return `${severity} ${vulnerabilityId} in ${name}${reason === undefined ? '' : `: ${reason}`}`;
}
