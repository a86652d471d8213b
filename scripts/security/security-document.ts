import type { StackJson } from '../terraform/older-provider';
import { MANAGED_POLICIES, SERVICES_WITHOUT_SOURCE, WIDE_ACTIONS } from './accepted';
import type { RolePermissions } from './role-permissions';
import { rolePermissions } from './role-permissions';
import type { PolicyStatement } from './stack-json';

const INTRODUCTION = `# Security of the deployed system

Generated from the synthesized Terraform of the environment \`prod\` in \`golden-images.yaml\`: \`npm run synth\`, then
\`npm run security-doc\`. A test compares it. Account and environment stand for any.

Checked of every stack by a test (\`scripts/security/\`): no action with a \`*\`; \`*\` as a resource only from the list
below; nothing public; encryption with keys of our own; TLS only; a failure destination of every function and mapping; a
dead-letter queue of every queue and event target; an end of every log; a source condition wherever a service may act.

**Outgoing connections.** The functions are in no VPC, and talk to AWS's own services. reconcile-findings alone asks others: the
public registries that \`parent\` in \`golden-images.yaml\` names, for the digests of parents, and whom those name for a
token. It sends no credentials but a token that anybody gets, and that to nobody but who asked for it; HTTPS only; host names
in the public DNS whose addresses are all public, checked as it connects, so not the metadata services, the function's own
runtime or a private network; no other port than 443 but the registry's own; a few requests in six seconds, with
redirects; bodies of 4 MB at most. What comes back is a digest, checked against the bytes where they were read. In a VPC that the
functions were put into by other means, those without a way to the internet watch no parents outside ECR; all else goes on.

Not in it, since no parent of that environment is in a private registry: where one is, the instances of its image may pull that
repository (\`ecr:BatchCheckLayerAvailability\`, \`ecr:BatchGetImage\`, \`ecr:GetDownloadUrlForLayer\`), and they, track-build and
reconcile-findings may have a pull through cache renew it (\`ecr:BatchImportUpstreamImage\`; the two on all below the first part of its name). Nobody may create a repository.
`;

/** Why the floating tag is watched. */
const TAGS = `The build runs package scripts in \`docker build\`, and the metadata service answers there (hop limit 2, which Image Builder
needs). So what a package brings along may hold \`ecr:PutImage\` on the golden repository, which has no condition on a tag: it
could point the floating tag at an image that nothing was proven of. reconcile-findings therefore compares the tag with what was
promoted in every run, tells people, and rings \`floating-tag-moved\` ([reconcile.md](reconcile.md)); release tags are immutable.
`;

/** The document \`docs/security.md\`: each role's rights, and what is accepted in spite of the rules. */
export function securityDocument(stacks: readonly StackJson[], exampleImage: string): string {
  const roles = stacks.flatMap(rolePermissions);
  const functions = roles.filter(({ service }) => service === 'lambda.amazonaws.com');
  const builds = roles.filter(
    ({ service, role }) => service === 'ec2.amazonaws.com' && role.endsWith(`${exampleImage}-build`),
  );
  const others = roles.filter(({ service }) => !['lambda.amazonaws.com', 'ec2.amazonaws.com'].includes(service));
  return [
    INTRODUCTION,
    '## Functions\n',
    ...functions.map(section),
    `## Build instances\n\nEach image has a role of its own; this is that of \`${exampleImage}\`. The patch script could use these rights: they end\nat this image's own parameter, scripts, repository and log.\n\n${TAGS}`,
    ...builds.map(section),
    '## Other roles\n',
    ...others.map(section),
    '## Accepted\n',
    list('Actions on every resource', WIDE_ACTIONS),
    list('Services that act without saying for whom', SERVICES_WITHOUT_SOURCE),
    list('Managed policies', MANAGED_POLICIES),
  ].join('\n');
}

function section({ role, statements, managed }: RolePermissions): string {
  const rows = statements.map((statement) => [
    statement.actions.map(code).join('<br>'),
    statement.resources.map((resource) => code(readable(resource))).join('<br>'),
    conditionsOf(statement).map(code).join('<br>'),
  ]);
  const table = [['action', 'resource', 'condition'], ['---', '---', '---'], ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  );
  return `### ${role}\n\n${[...managed.map((name) => `Managed policy: ${code(name)}\n`), ...(rows.length > 0 ? [`${table.join('\n')}\n`] : [])].join('\n')}`;
}

function conditionsOf({ conditions }: PolicyStatement): readonly string[] {
  return Object.values(conditions).flatMap((tests) =>
    Object.entries(tests).map(
      ([key, value]) => `${key} = ${readable(Array.isArray(value) ? value.join(', ') : String(value))}`,
    ),
  );
}

/** References to resources as what they mean. */
function readable(text: string): string {
  return text.replaceAll(/\$\{aws_kms_key\.[A-Za-z0-9_-]+\.arn\}/g, "the stack's key");
}

function code(text: string): string {
  return `\`${text}\``;
}

function list(title: string, reasons: Readonly<Record<string, string>>): string {
  return `**${title}**\n\n${Object.entries(reasons)
    .map(([name, why]) => `- ${code(name)}: ${why}`)
    .join('\n')}\n`;
}
