import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { Logger } from '../../domain/ports';

/** The log of a Lambda: one JSON object a line. */
export interface LambdaLogger extends Logger {
  /** Adds the function's name and the request's id to every line from now on. */
  addContext(context: Context): void;
}

/**
 * Makes a Lambda's log with Powertools. Its level is `POWERTOOLS_LOG_LEVEL`, or Lambda's own log level setting; default
 * INFO.
 * @param service name of the function, e.g. `ingest-finding`
 */
export function makePowertoolsLogger(service: string): LambdaLogger {
  const logger = new PowertoolsLogger({ serviceName: service });
  return {
    debug: (message, facts = {}) => {
      logger.debug(message, { ...facts });
    },
    info: (message, facts = {}) => {
      logger.info(message, { ...facts });
    },
    warn: (message, facts = {}) => {
      logger.warn(message, { ...facts });
    },
    error: (message, facts = {}) => {
      logger.error(message, { ...facts });
    },
    addContext: (context) => {
      logger.addContext(context);
    },
  };
}
