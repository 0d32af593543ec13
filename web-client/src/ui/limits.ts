import type { Client } from '../client/client.ts'
import { LIMITS } from '../protocol/generated.ts'

/** As the server says, or as the protocol began, before it has said anything. */
export function bodyBytesMax(client: Client): number {
  const state = client.connection.value
  return state.kind === 'live' ? state.limits.body_bytes_max : LIMITS.body_bytes_max
}
