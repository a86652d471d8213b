import type { GoldenImage } from '../../domain/config/golden-image';
import type { ImageStatus } from '../../domain/status/image-status';
import { imageStatus } from '../../domain/status/image-status';
import { imagePartition } from '../../domain/table/keys';
import { shellWord } from './local-state';
import type { OperatedState } from './operated-state';

/** What `status` prints. */
export interface StatusReport {
  readonly images: Readonly<Record<string, ReportedStatus>>;
}

/** How an image stands, and the commands that go on from there. */
export interface ReportedStatus extends ImageStatus {
  /** Commands that a person may type now, ready to be copied; what it is about first. */
  readonly commands: readonly { readonly to: string; readonly type: string }[];
}

/** Reads from the table how images stand. */
export async function readStatus(
  { table, flags }: Pick<OperatedState, 'table' | 'flags'>,
  images: readonly GoldenImage[],
): Promise<StatusReport> {
  const reports: [string, ReportedStatus][] = [];
  for (const image of images) {
    const status = imageStatus(image, await table.query(imagePartition(image.name)));
    reports.push([image.name, { ...status, commands: commandsFor(image.name, status, flags) }]);
  }
  return { images: Object.fromEntries(reports) };
}

function commandsFor(name: string, status: ImageStatus, flags: string): ReportedStatus['commands'] {
  const word = shellWord(name);
  const commands = status.waiting.flatMap(({ patch }) =>
    (['approve', 'reject'] as const).map((verb) => ({
      to: `${verb} patch ${patch}`,
      type: `golden-images ${verb} ${word} ${patch} --reason '…'${flags}`,
    })),
  );
  if (status.tagMoved !== undefined)
    commands.push({
      to: 'build and promote a new image',
      type: `golden-images rebuild --image ${word} --reason '…'${flags}`,
    });
  if (status.stoppedAfter !== undefined)
    commands.push({ to: 'reset the breaker', type: `golden-images retry --image ${word} --reason '…'${flags}` });
  return commands;
}
