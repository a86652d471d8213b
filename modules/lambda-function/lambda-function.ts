import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { LambdaFunction as AwsLambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { AssetType, Fn, TerraformAsset } from 'cdktf';
import { Construct } from 'constructs';
import type { Grantee } from '../iam-role/iam-role';
import { ServiceRole } from '../iam-role/iam-role';
import type { Statement } from '../iam-role/policy-document';
import type { EncryptionKey } from '../key/key';
import type { Place } from '../place/place';
import { arnOf } from '../place/place';
import type { DeadLetterQueue } from '../queue/queue';
import type { PropProblem } from '../validation';
import { assertValid, problemIf } from '../validation';

/** What a function is made with. */
export interface FunctionProps {
  /** At most 64 characters; also its role's. */
  readonly name: string;
  readonly description: string;
  readonly place: Place;
  /** Absolute path of the zip with `index.js`, which exports `handler`. */
  readonly codeZip: string;
  /** Encrypts its variables and its log. */
  readonly key: EncryptionKey;
  /** Gets the events of asynchronous invocations that failed for good. */
  readonly failureDestination: DeadLetterQueue;
  /** Days that its log is kept. */
  readonly logRetentionDays: number;
  /**
   * Variables of its environment.
   *
   * @default none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * References to layers' ARNs.
   *
   * @default none
   */
  readonly layers?: readonly string[];
  /**
   * Seconds: 1 to 900.
   *
   * @default 60
   */
  readonly timeoutSeconds?: number;
  /**
   * MB: 128 to 10240. CPU comes with it.
   *
   * @default 512
   */
  readonly memoryMegabytes?: number;
  /** @default none */
  readonly permissionsBoundary?: string;
}

/** Runtime of the functions. Source: Lambda, "Lambda runtimes" (nodejs24.x is supported to 2028-04-30). */
const RUNTIME = 'nodejs24.x';
/** Seconds after which an asynchronous event is given up: what it tells is found out anew by then. */
const EVENT_AGE_SECONDS = 21_600;

/** A function on arm64 with its own role, its own log group and a failure destination. */
export class LambdaFunction extends Construct implements Grantee {
  readonly function: AwsLambdaFunction;
  readonly role: ServiceRole;
  readonly name: string;
  /** ARN as text. */
  readonly arn: string;
  readonly timeoutSeconds: number;
  readonly logGroupName: string;

  /** @throws BadInputError where a prop is out of Lambda's range */
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    assertValid(scope, id, LambdaFunction.validate(props));
    const { name, place, key } = props;
    this.name = name;
    this.arn = arnOf(place, 'lambda', `function:${name}`);
    this.timeoutSeconds = props.timeoutSeconds ?? 60;
    this.logGroupName = `/aws/lambda/${name}`;
    const logGroup = new CloudwatchLogGroup(this, 'log', {
      name: this.logGroupName,
      retentionInDays: props.logRetentionDays,
      kmsKeyId: key.arn,
    });
    this.role = new ServiceRole(this, 'role', {
      name,
      description: `What the function ${name} may do`,
      service: 'lambda.amazonaws.com',
      place,
      ...(props.permissionsBoundary !== undefined && { permissionsBoundary: props.permissionsBoundary }),
    });
    this.allow({
      sid: 'WriteOwnLog',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${arnOf(place, 'logs', `log-group:${this.logGroupName}`)}:*`],
    });
    key.grantUse(this, 'lambda', ['Decrypt']);
    props.failureDestination.grantSend(this);
    this.function = this.makeFunction(props, logGroup);
    new LambdaFunctionEventInvokeConfig(this, 'failures', {
      functionName: this.function.functionName,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: EVENT_AGE_SECONDS,
      destinationConfig: { onFailure: { destination: props.failureDestination.queue.arn } },
      dependsOn: [...this.role.ready],
    });
  }

  /** What Lambda would refuse. Source: Lambda API, CreateFunction. */
  static validate({ timeoutSeconds = 60, memoryMegabytes = 512 }: FunctionProps): readonly PropProblem[] {
    return [
      ...problemIf(
        timeoutSeconds < 1 || timeoutSeconds > 900,
        'timeoutSeconds',
        `is ${timeoutSeconds}: 1 to 900 are allowed`,
      ),
      ...problemIf(
        memoryMegabytes < 128 || memoryMegabytes > 10_240,
        'memoryMegabytes',
        `is ${memoryMegabytes}: 128 to 10240 are allowed`,
      ),
    ];
  }

  allow(statement: Statement): void {
    this.role.allow(statement);
  }

  private makeFunction(props: FunctionProps, logGroup: CloudwatchLogGroup): AwsLambdaFunction {
    // The path in the plan is the same for every version of the code; Terraform hashes the file itself.
    const code = new TerraformAsset(this, 'code', { path: props.codeZip, type: AssetType.FILE, assetHash: 'code' });
    return new AwsLambdaFunction(this, 'function', {
      functionName: props.name,
      description: props.description,
      role: this.role.role.arn,
      runtime: RUNTIME,
      architectures: ['arm64'],
      handler: 'index.handler',
      filename: code.path,
      sourceCodeHash: Fn.filebase64sha256(code.path),
      timeout: this.timeoutSeconds,
      memorySize: props.memoryMegabytes ?? 512,
      kmsKeyArn: props.key.arn,
      loggingConfig: { logFormat: 'JSON', logGroup: logGroup.name },
      environment: { variables: { ...props.environment } },
      ...(props.layers !== undefined && { layers: [...props.layers] }),
      // Without these, the first invocations would find no rights.
      dependsOn: [...this.role.ready],
    });
  }
}
