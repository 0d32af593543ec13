// A message over REST: for programs without a session. The pages send theirs over the session, and do not carry this.

import { decodeMessageStored } from '../protocol/decoders/ticket.ts'
import type { Feature, MessageStored, NewMessage } from '../protocol/generated.ts'
import type { Rest } from './client.ts'
import type { Result } from './request.ts'

/** In `rest_send_names`: a note's flag has the name that it has in `send`. */
const SEND_NAMES: Feature = 'rest_send_names'

/**
 * A server that does not name `rest_send_names` may know a note's flag as `is_internal` alone, drop `internal`, and publish the note. It gets the
 * former name only. One that refuses it as unknown knows the present name.
 */
export async function postMessage({ request, features }: Pick<Rest, 'request' | 'features'>, id: string, { internal, ...message }: NewMessage, key: string): Promise<Result<MessageStored>> {
  const post = (body: NewMessage & { readonly is_internal?: boolean }) => request(`/v1/tickets/${encodeURIComponent(id)}/messages`, { method: 'POST', body, headers: { 'idempotency-key': key } }, decodeMessageStored)
  if (internal === undefined) return post(message)
  const result = await post(features().includes(SEND_NAMES) ? { ...message, internal } : { ...message, is_internal: internal })
  return !result.ok && result.problem.code === 'unknown_field' ? post({ ...message, internal }) : result
}
