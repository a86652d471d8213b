import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { Construct } from 'constructs';
import type { Grantee } from '../iam-role/iam-role';
import type { EncryptionKey } from '../key/key';
import type { Place } from '../place/place';
import { arnOf } from '../place/place';

/** What the table is made with. */
export interface FindingTableProps {
  readonly name: string;
  readonly place: Place;
  readonly key: EncryptionKey;
  /** Refuse to delete the table, both in Terraform and in DynamoDB. */
  readonly removalProtection: boolean;
}

/** Attribute by which items that are nobody's go away after a while (domain/table/unattributed-item.ts). */
const TTL_ATTRIBUTE = 'expiresAt';

/**
 * The table that holds the truth (docs/architecture.md, "The table"): keys `pk` and `sk`, a stream with old and new
 * images, PITR.
 */
export class FindingTable extends Construct {
  readonly table: DynamodbTable;
  readonly name: string;
  /** ARN as text. */
  readonly arn: string;
  /** Reference to the stream's ARN, which has a time in it. */
  readonly streamArn: string;
  private readonly key: EncryptionKey;

  constructor(scope: Construct, id: string, props: FindingTableProps) {
    super(scope, id);
    this.name = props.name;
    this.key = props.key;
    this.arn = arnOf(props.place, 'dynamodb', `table/${props.name}`);
    this.table = new DynamodbTable(this, 'table', {
      name: props.name,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: 'pk',
      rangeKey: 'sk',
      attribute: [
        { name: 'pk', type: 'S' },
        { name: 'sk', type: 'S' },
      ],
      streamEnabled: true,
      streamViewType: 'NEW_AND_OLD_IMAGES',
      ttl: { attributeName: TTL_ATTRIBUTE, enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true, kmsKeyArn: props.key.arn },
      deletionProtectionEnabled: props.removalProtection,
      ...(props.removalProtection && { lifecycle: { preventDestroy: true } }),
    });
    this.streamArn = this.table.streamArn;
  }

  /** Allows what the finding table's adapter does: reading, conditional writes and deletes, queries. */
  grantReadWrite(grantee: Grantee): void {
    grantee.allow({
      sid: 'FindingTable',
      actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources: [this.arn],
    });
    this.key.grantUse(grantee, 'dynamodb', ['Encrypt', 'Decrypt', 'GenerateDataKey', 'DescribeKey']);
  }

  /** Allows an event source mapping to read the stream (Lambda, "Process DynamoDB records, execution role"). */
  grantStreamRead(grantee: Grantee): void {
    grantee.allow({
      sid: 'FindingTableStream',
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [`${this.arn}/stream/*`],
    });
    grantee.allow({ sid: 'ListStreams', actions: ['dynamodb:ListStreams'], resources: ['*'] });
  }
}
