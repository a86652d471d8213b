import { modelOutage } from '../../../adapters/aws/bedrock/model-outage';
import { ESTATES } from './estates';
import { makeWorld, textsIn } from './world';

const ASKED = { modelId: 'no.such-model', region: 'us-gov-nowhere-1', timeoutSeconds: 5 };

function failed(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name, ...more });
}

/** Settings that are wrong, as the SDK complains of them, and what the reason has to name. */
const WRONG: readonly (readonly [what: string, error: unknown, names: RegExp])[] = [
  [
    'a model id that does not exist',
    failed('ValidationException', 'The provided model identifier is invalid.'),
    /model\.id/,
  ],
  [
    'a model that was taken away',
    failed('ResourceNotFoundException', 'This model version has reached the end of its life.'),
    /model\.id/,
  ],
  [
    'a model without a profile',
    failed('ValidationException', "Invocation of model ID x with on-demand throughput isn't supported."),
    /model\.id/,
  ],
  [
    'no credentials',
    failed('CredentialsProviderError', 'Could not load credentials from any providers'),
    /credentials/,
  ],
  [
    'credentials without access',
    failed('AccessDeniedException', 'not authorized', { $metadata: { httpStatusCode: 403 } }),
    /bedrock:InvokeModel/,
  ],
  ['no region', new Error('Region is missing'), /model\.region/],
  [
    'a region without the service',
    failed('Error', 'getaddrinfo ENOTFOUND bedrock', { code: 'ENOTFOUND' }),
    /model\.region/,
  ],
  [
    'an error that steers a terminal',
    failed('InternalServerException', 'PWN\u001b[2J\u202e\r\n', { $metadata: { httpStatusCode: 500 } }),
    /PWN/,
  ],
  ['an error that is none', 'PWN\u0000', /PWN/],
];

it.each(WRONG)('%s: the reason names what to set, and rules write the patch', async (_what, error, names) => {
  const { findings, image, packages } = ESTATES.apt;
  const situation = { findings, image, ...(packages !== undefined && { packages }) };
  const world = await makeWorld(situation, () => {
    throw modelOutage(error, ASKED);
  });
  const { patch, script, explanation } = await world.plan();
  expect([patch.author, script]).toEqual(['rules', (await (await makeWorld(situation)).plan()).script]);
  expect(patch.authorReason).toMatch(names);
  for (const text of [...textsIn(patch), ...explanation]) expect(text).toMatch(/^[\x20-\x7e]*$/);
});
