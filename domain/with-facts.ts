import type { Logger } from './ports';

/** A logger that adds facts to every line: the ids by which the lines of one event, finding or patch are found. */
export function withFacts(logger: Logger, facts: Readonly<Record<string, unknown>>): Logger {
  return {
    debug: (message, more) => {
      logger.debug(message, { ...facts, ...more });
    },
    info: (message, more) => {
      logger.info(message, { ...facts, ...more });
    },
    warn: (message, more) => {
      logger.warn(message, { ...facts, ...more });
    },
    error: (message, more) => {
      logger.error(message, { ...facts, ...more });
    },
  };
}
