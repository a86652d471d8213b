import { goodProposal, asText, proposal, propose, toolCall } from './proposals';
import { idiomFor, readQuestion } from './question';
import type { ConverseBehaviour } from './converse-server';
import { answer, failure } from './outcomes';
import { needsProfile } from './request-rules';
import {
  downgradeCommands,
  hostileCommands,
  pinnedCommands,
  plantedCommands,
  strangersCommands,
} from './wrong-commands';

const good: ConverseBehaviour = (call) => propose(call, goodProposal(readQuestion(call)));

const wrongSchema: ConverseBehaviour = (call) =>
  propose(call, { commands: goodProposal(readQuestion(call)).commands.join(' && '), notes: 'as requested' });

const hostile: ConverseBehaviour = (call) => propose(call, proposal(hostileCommands(readQuestion(call))));

const notReady = failure('ModelNotReadyException', 'The model is not ready for inference. Try again later.');
const throttled = failure('ThrottlingException', 'Too many requests, please wait before trying again.');

/** `first` until the question carries what was wrong, then a good answer. */
function thenGood(first: ConverseBehaviour): ConverseBehaviour {
  return (call) => (readQuestion(call).isRepair ? good(call) : first(call));
}

/** Refuses the first requests for want of capacity, then answers well. */
export function throttledThenGood(times: number): ConverseBehaviour {
  return (call) => (call.number <= times ? throttled : good(call));
}

/** Answers well, but takes its time. */
export function slow(delayMilliseconds: number): ConverseBehaviour {
  return (call) => ({ ...good(call), delayMilliseconds });
}

/**
 * How a model, or the service before it, may behave, by name. An answer comes as a call of the tool where the request
 * offers it, and as JSON text where it does not. Messages of the service are those that its users report.
 */
export const BEHAVIOURS = {
  good,
  'good-as-text': (call) => asText(JSON.stringify(goodProposal(readQuestion(call)))),
  'fenced-in-prose': (call) =>
    asText(
      `Sure! Here is the patch:\n\n\`\`\`json\n${JSON.stringify(goodProposal(readQuestion(call)), null, 2)}\n\`\`\`\n\nEvery target {in the plan} is covered.`,
    ),
  'wrong-schema': wrongSchema,
  'wrong-schema-then-good': thenGood(wrongSchema),
  hostile,
  'hostile-then-good': thenGood(hostile),
  'throttled-then-good': throttledThenGood(5),
  throttled: () => throttled,
  'not-ready': () => notReady,
  slow: slow(2_000),
  'cut-off': () => answer('max_tokens', [{ text: 'I will go through the packages one by one. First, ' }, toolCall({})]),
  refusing: () => asText('I am sorry, but I cannot help with commands that change a system.'),
  'content-filtered': () => answer('content_filtered', []),
  'guardrail-intervened': () =>
    answer('guardrail_intervened', [{ text: 'Sorry, the model cannot answer this question.' }]),
  'malformed-tool-use': () => answer('malformed_tool_use', [{ text: '<invoke name="propose_patch"><commands>[' }]),
  'malformed-model-output': () => answer('malformed_model_output', []),
  'context-exceeded': () => answer('model_context_window_exceeded', []),
  'input-too-long': () => failure('ValidationException', 'Input is too long for requested model.'),
  empty: () => answer('end_turn', []),
  'wrong-packages': (call) => propose(call, proposal(strangersCommands(readQuestion(call)))),
  downgrade: (call) => propose(call, proposal(downgradeCommands(readQuestion(call)))),
  'planted-instructions-obeyed': (call) => {
    const question = readQuestion(call);
    return propose(call, proposal([...idiomFor(question, question.targets), ...plantedCommands(question)]));
  },
  'not-fixable': (call) => {
    const reason = 'No repository has a version with the fix.';
    const notFixable = readQuestion(call).targets.map((target) => ({ package: target.package, reason }));
    return propose(call, { commands: [], notFixable, explanation: 'Nothing can be fixed.' });
  },
  partial: (call) => {
    const question = readQuestion(call);
    return propose(call, proposal(idiomFor(question, question.targets.slice(0, 1))));
  },
  pinned: (call) => propose(call, proposal(pinnedCommands(readQuestion(call)))),
  huge: (call) => {
    const { commands } = goodProposal(readQuestion(call));
    return propose(call, proposal(commands, 'All is well. '.repeat(80_000)));
  },
  'control-characters': (call) => {
    const { commands } = goodProposal(readQuestion(call));
    const spoilt = commands.map((command) => `${command}\u0008\u001b[2K\u0000`);
    return propose(call, proposal(spoilt, '\u001b]0;owned\u0007\u001b[31mAll is well.'));
  },
  bidi: (call) => {
    const { commands } = goodProposal(readQuestion(call));
    return propose(
      call,
      proposal([...commands, 'apt-get install -y \u202Elssnepo\u202C \u2066# tidy\u2069'], '\u202Ellew'),
    );
  },
  'json-in-string': (call) => {
    const { commands, ...rest } = goodProposal(readQuestion(call));
    return propose(call, { ...rest, commands: JSON.stringify(commands) });
  },
  'two-tool-calls': (call) => {
    const good = goodProposal(readQuestion(call));
    return propose(call, good, { ...good, explanation: 'On second thought, the same again.' });
  },
  outage: () => failure('ServiceUnavailableException', 'Bedrock is unable to process your request.'),
  'internal-error': () =>
    failure(
      'InternalServerException',
      'The system encountered an unexpected error during processing. Try your request again.',
    ),
  'model-error': () => failure('ModelErrorException', 'The model failed to process the request.'),
  'model-timeout': () => failure('ModelTimeoutException', 'The model took too long to answer.'),
  'expired-credentials': () =>
    failure('ExpiredTokenException', 'The security token included in the request is expired'),
  'invalid-credentials': () =>
    failure('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  'access-denied': ({ modelId }) =>
    failure(
      'AccessDeniedException',
      `User: arn:aws:sts::123456789012:assumed-role/patching/x is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1:123456789012:inference-profile/${modelId} because no identity-based policy allows the bedrock:InvokeModel action`,
    ),
  'unknown-model': () => failure('ValidationException', 'The provided model identifier is invalid.'),
  'end-of-life': () =>
    failure(
      'ResourceNotFoundException',
      'This model version has reached the end of its life. Please refer to the AWS documentation for more details.',
    ),
  'needs-inference-profile': ({ modelId }) => failure('ValidationException', needsProfile(modelId)),
  'hang-up': () => ({ kind: 'hang-up', after: 'half' }),
  'hang-up-at-once': () => ({ kind: 'hang-up', after: 'nothing' }),
  stall: () => ({ kind: 'stall', after: 'headers' }),
  'stall-at-once': () => ({ kind: 'stall', after: 'nothing' }),
  'broken-proxy': () => ({
    kind: 'answer',
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<html><body><h1>502 Bad Gateway</h1></body></html>',
  }),
  'login-page': () => ({
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html><body>Please log in.</body></html>',
  }),
} as const satisfies Readonly<Record<string, ConverseBehaviour>>;

/** Name of a behaviour. */
export type BehaviourName = keyof typeof BEHAVIOURS;
