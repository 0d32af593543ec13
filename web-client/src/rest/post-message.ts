// Posts a message over REST, for programs without a session. Pages send theirs over the session and do not load this file.

import { decodeMessageStored } from '../protocol/decoders/ticket.ts'
import type { Feature, MessageStored, NewMessage } from '../protocol/generated.ts'
import type { Rest } from './client.ts'
import type { Result } from './request.ts'

/** With `rest_send_names`, a note's flag has the same name as in `send`. */
const SEND_NAMES: Feature = 'rest_send_names'

/**
 * A server without `rest_send_names` may know a note's flag only as `is_internal`, drop `internal`, and publish the note. So it gets only the old
 * name. A server that refuses the old name as unknown knows the new one.
 */
export async function postMessage({ request, features }: Pick<Rest, 'request' | 'features'>, id: string, { internal, ...message }: NewMessage, key: string): Promise<Result<MessageStored>> {
  const post = (body: NewMessage & { readonly is_internal?: boolean }) => request(`/v1/tickets/${encodeURIComponent(id)}/messages`, { method: 'POST', body, headers: { 'idempotency-key': key } }, decodeMessageStored)
  if (internal === undefined) return post(message)
  const result = await post(features().includes(SEND_NAMES) ? { ...message, internal } : { ...message, is_internal: internal })
  return !result.ok && result.problem.code === 'unknown_field' ? post({ ...message, internal }) : result
}
