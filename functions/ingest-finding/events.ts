import { z } from 'zod';
import type { Finding } from '../../domain/finding/finding';
import { eventEnvelope } from '../../domain/finding/inspector-schema';
import type { IgnoredReason } from '../../domain/finding/parse-record';
import { parseRecord } from '../../domain/finding/parse-record';
import type { RecordProblem } from '../../domain/finding/record-problem';
import { problemsOf } from '../../domain/finding/record-problem';

/** Most bytes of a message: SQS's own limit (SQS, "Amazon SQS message quotas", 1 MiB). */
const MAX_BODY_BYTES = 1_048_576;

/** Whose events are taken. */
export interface Home {
  /** 12 digits: the account whose ECR registry holds the images. */
  readonly account: string;
  readonly region: string;
}

/** Why a well-formed event is passed over. */
export type PassedOver = IgnoredReason | 'other-account' | 'other-region';

/** What a message came to. */
export interface ReadMessage {
  /** Id of the event, where it has one. */
  readonly eventId?: string;
  readonly findings: readonly Finding[];
  readonly ignored: readonly PassedOver[];
  /** What could not be used; the findings that could are still taken. */
  readonly problems: readonly RecordProblem[];
}

const identified = z.object({ id: z.string().max(256) });

/** The part of a finding that says in whose registry an image lies. A delegated administrator gets its members' events. */
const registries = z.object({
  detail: z.object({
    awsAccountId: z.string().optional(),
    resources: z.array(
      z.object({
        details: z
          .object({ awsEcrContainerImage: z.object({ registry: z.string().nullish() }).optional().catch(undefined) })
          .optional()
          .catch(undefined),
      }),
    ),
  }),
});

/** Reads the EventBridge event in the body of an SQS message. Never throws: what cannot be used is a problem. */
export function readMessage(body: string, home: Home): ReadMessage {
  const bytes = Buffer.byteLength(body);
  if (bytes > MAX_BODY_BYTES) return malformed(`has ${bytes} bytes; at most ${MAX_BODY_BYTES} are taken`);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return malformed(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const envelope = eventEnvelope.safeParse(value);
  const id = identified.safeParse(value);
  const known = id.success ? { eventId: id.data.id } : {};
  if (!envelope.success) return { ...known, findings: [], ignored: [], problems: problemsOf(envelope.error, '') };
  const strange = whereStrange(envelope.data, value, home);
  if (strange !== undefined) return { ...known, findings: [], ignored: [strange], problems: [] };
  return { ...known, ...parseRecord(value) };
}

function whereStrange(
  { account, region, source }: z.infer<typeof eventEnvelope>,
  value: unknown,
  home: Home,
): PassedOver | undefined {
  if (source !== 'aws.inspector2') return 'other-event';
  if (account !== home.account) return 'other-account';
  if (region !== home.region) return 'other-region';
  const finding = registries.safeParse(value);
  if (!finding.success) return undefined;
  const { awsAccountId, resources } = finding.data.detail;
  const owners = [awsAccountId, ...resources.map(({ details }) => details?.awsEcrContainerImage?.registry)];
  return owners.some((owner) => typeof owner === 'string' && owner !== home.account) ? 'other-account' : undefined;
}

function malformed(message: string): ReadMessage {
  return { findings: [], ignored: [], problems: [{ path: '', message }] };
}
