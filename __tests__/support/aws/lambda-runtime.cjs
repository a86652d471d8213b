'use strict';
// Runs a function's code as Lambda's Node.js runtime does: the handler is loaded once, at the cold start, and then gets
// one event after the other. Started by lambda-function.ts, which speaks to it over the IPC channel.

const { join } = require('node:path');

const { handler } = require(join(process.env.LAMBDA_TASK_ROOT, 'index.js'));

process.on('message', ({ id, event, arn, limit }) => {
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
  Promise.resolve()
    .then(() => handler(event, context))
    .then(
      (response) => process.send({ id, response: JSON.stringify(response) }),
      (error) => process.send({ id, error: { errorType: error?.name, errorMessage: String(error?.message ?? error) } }),
    );
});
process.send({ ready: true });
