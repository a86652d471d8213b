import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { BadInputError, GoldenImagesError } from '../../domain/errors';
import type { RebuildSignal } from '../../domain/ports';
import { isWellFormed, quoted } from '../shared/text';
import { callAws, hasCode, type AwsCall } from './aws-error';
import { parameterName } from './signal-parameter';

/** Most bytes of a value in UTF-8. Source: SSM Parameter Store, standard parameters. */
const SIGNAL_BYTES_LIMIT = 4096;

/** What the parameters are reached with. */
export interface SsmRebuildSignalOptions {
  readonly client: SSMClient;
  /** Path that the parameters lie below, e.g. `/golden-images/prod/signals`; no slash at its end. */
  readonly prefix: string;
}

/**
 * Rebuild signals as SSM parameters `<prefix>/<image>` of type String. A put whose answer was lost is repeated by the SDK
 * and then counts twice: a version more, of the same value.
 *
 * Methods throw AwsServiceError where SSM cannot be had, beside what the port says.
 */
export class SsmRebuildSignal implements RebuildSignal {
  private readonly options: SsmRebuildSignalOptions;

  /** @throws BadInputError where the prefix is no parameter path */
  constructor(options: SsmRebuildSignalOptions) {
    parameterName(options.prefix, 'image');
    this.options = options;
  }

  async put(image: string, value: string): Promise<{ version: number }> {
    const { client, prefix } = this.options;
    const name = parameterName(prefix, image);
    const bytes = Buffer.byteLength(value);
    if (bytes === 0 || bytes > SIGNAL_BYTES_LIMIT || !isWellFormed(value))
      throw new BadInputError(`the rebuild signal ${quoted(value)} of image ${quoted(image)} has ${bytes} bytes`, {
        hint: `1 to ${SIGNAL_BYTES_LIMIT} bytes of well-formed text are allowed`,
      });
    const command = new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: true });
    const { Version } = await callAws(call('PutParameter', name), async () => await client.send(command));
    return { version: required(Version, name) };
  }

  async get(image: string): Promise<{ value: string; version: number } | undefined> {
    const { client, prefix } = this.options;
    const name = parameterName(prefix, image);
    const command = new GetParameterCommand({ Name: name });
    try {
      const { Parameter } = await callAws(call('GetParameter', name), async () => await client.send(command));
      return { value: required(Parameter?.Value, name), version: required(Parameter?.Version, name) };
    } catch (error) {
      if (hasCode(error, 'ParameterNotFound')) return undefined;
      throw error;
    }
  }
}

function call(operation: 'PutParameter' | 'GetParameter', name: string): AwsCall {
  return { service: 'ssm', operation, resource: `parameter ${name}` };
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new GoldenImagesError('internal', `SSM told no value or version of ${name}`);
  return value;
}
