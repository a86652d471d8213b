import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { BadInputError } from '../../domain/errors';
import type { ChangeRecord } from '../../domain/ports';
import { fromAttributes } from './attribute-values';

type Image = Readonly<Record<string, AttributeValue>>;

/** The part of a DynamoDB stream record that is read, of a Lambda event or of GetRecords alike. */
export interface StreamRecord {
  readonly eventName?: string | undefined;
  readonly dynamodb?:
    | {
        readonly SequenceNumber?: string | undefined;
        readonly Keys?: Image | undefined;
        readonly OldImage?: Image | undefined;
        readonly NewImage?: Image | undefined;
      }
    | undefined;
}

/**
 * The change that a stream record tells. The stream must have new and old images.
 * @throws BadInputError where it is no record of such a stream
 */
export function toChangeRecord({ eventName, dynamodb }: StreamRecord): ChangeRecord {
  const { SequenceNumber: sequence, Keys: keys, OldImage: oldImage, NewImage: newImage } = dynamodb ?? {};
  const { pk, sk } = keys ?? {};
  if (eventName !== 'INSERT' && eventName !== 'MODIFY' && eventName !== 'REMOVE')
    throw new BadInputError(`stream record ${sequence ?? ''} has the event name ${JSON.stringify(eventName)}`);
  if (sequence === undefined || pk?.S === undefined || sk?.S === undefined)
    throw new BadInputError('a stream record has no sequence number, or not the keys pk and sk');
  return {
    sequence,
    event: eventName,
    key: { pk: pk.S, sk: sk.S },
    ...(oldImage !== undefined && { oldImage: fromAttributes(oldImage) }),
    ...(newImage !== undefined && { newImage: fromAttributes(newImage) }),
  };
}
