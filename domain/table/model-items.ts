import { encodeKeyPart } from '../finding/finding-key';
import type { ItemKey, TableItem, Versioned } from './items';

/** `MODEL#<image>`, `BUDGET#<day>`: what an image has asked of a model on one UTC day. */
export type ModelBudgetItem = Versioned & {
  readonly type: 'MODEL_BUDGET';
  readonly image: string;
  /** Questions that were begun, answered or not. */
  readonly calls: number;
  /** Input and output tokens of the answers. */
  readonly tokens: number;
  /** Seconds since the epoch; DynamoDB deletes the item some time after. */
  readonly expiresAt: number;
};

/** `MODEL#<image>`, `REPLY#<request hash>`: the answer to a question, so that nobody pays for it twice. */
export type ModelReplyItem = Versioned & {
  readonly type: 'MODEL_REPLY';
  readonly image: string;
  readonly modelId: string;
  /** The answer as JSON: whatever a model writes, however deep and in whichever characters, it is plain text here. */
  readonly reply: string;
  /** Seconds since the epoch; DynamoDB deletes the item some time after. */
  readonly expiresAt: number;
};

/** Partition of what a model was asked and answered about an image; apart, so that no plan has to read it. */
function modelPartition(image: string): string {
  return `MODEL#${encodeKeyPart(image)}`;
}

/** Key of an image's budget of a day, `YYYY-MM-DD`. */
export function modelBudgetKey(image: string, day: string): ItemKey {
  return { pk: modelPartition(image), sk: `BUDGET#${day}` };
}

/** Key of the answer to a question. */
export function modelReplyKey(image: string, requestHash: string): ItemKey {
  return { pk: modelPartition(image), sk: `REPLY#${requestHash}` };
}

/** Narrows an item of the table. */
export function isModelBudgetItem(item: TableItem): item is ModelBudgetItem {
  return item['type'] === 'MODEL_BUDGET';
}

/** Narrows an item of the table. */
export function isModelReplyItem(item: TableItem): item is ModelReplyItem {
  return item['type'] === 'MODEL_REPLY';
}
