// Posts a message over REST, for programs without a WebSocket session. The pages send messages over the WebSocket session and do not load
// this file.

import { decodeMessageStored } from '../protocol/decoders/ticket.ts'
import type { Feature, MessageStored, NewMessage } from '../protocol/generated.ts'
import type { Rest } from './client.ts'
import type { Result } from './request.ts'

/** On a server with this feature, the REST call and the `send` frame use the same name for the flag of internal notes: `internal`. */
const SEND_NAMES: Feature = 'rest_send_names'

/**
 * Posts a message. A server without `rest_send_names` may ignore `internal` and publish the note to the customer, so the client sends only
 * `is_internal` to such a server. If the server refuses `is_internal` as an unknown field, it supports `internal`, so the client repeats
 * the request with that name.
 */
export async function postMessage({ request, features }: Pick<Rest, 'request' | 'features'>, id: string, { internal, ...message }: NewMessage, key: string): Promise<Result<MessageStored>> {
  const post = (body: NewMessage & { readonly is_internal?: boolean }) => request(`/v1/tickets/${encodeURIComponent(id)}/messages`, { method: 'POST', body, headers: { 'idempotency-key': key } }, decodeMessageStored)
  if (internal === undefined) return post(message)
  const result = await post(features().includes(SEND_NAMES) ? { ...message, internal } : { ...message, is_internal: internal })
  return !result.ok && result.problem.code === 'unknown_field' ? post({ ...message, internal }) : result
}
