import { z } from 'zod';

/** The EventBridge event of a changed parameter (Systems Manager, "Parameter Store Change"). It tells no value. */
export const parameterChange = z.object({
  id: z.string().max(256).optional(),
  source: z.literal('aws.ssm'),
  'detail-type': z.literal('Parameter Store Change'),
  account: z.string().optional(),
  region: z.string().optional(),
  detail: z.object({ operation: z.string(), name: z.string().min(1).max(2048) }),
});
