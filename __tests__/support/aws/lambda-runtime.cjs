'use strict';
// Runs a function's code as Lambda's Node.js runtime does: the handler is loaded once, at the cold start, and then gets
// one event after the other. Started by lambda-function.ts, which speaks to it over the IPC channel, and says with each
// event how far the clock is ahead of the machine's.

const { join } = require('node:path');

const MachineDate = Date;
let ahead = 0;
const now = () => MachineDate.now() + ahead;
globalThis.Date = new Proxy(MachineDate, {
  apply: () => new MachineDate(now()).toString(),
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

const { handler } = require(join(process.env.LAMBDA_TASK_ROOT, 'index.js'));

process.on('message', ({ id, event, arn, limit, ahead: milliseconds }) => {
  ahead = milliseconds;
  const deadline = Date.now() + limit;
  const context = {
    awsRequestId: id,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: `/aws/lambda/${process.env.AWS_LAMBDA_FUNCTION_NAME}`,
    logStreamName: 'test',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  // As Lambda's own log does: what an invocation has said is complete when this is there.
  const answer = (message) => process.stdout.write(`END RequestId: ${id}\n`, () => process.send({ id, ...message }));
  Promise.resolve()
    .then(() => handler(event, context))
    .then(
      (response) => answer({ response: JSON.stringify(response) }),
      (error) => answer({ error: { errorType: error?.name, errorMessage: String(error?.message ?? error) } }),
    );
});
process.send({ ready: true });
