import type { Client } from '../client/client.ts'
import { LIMITS } from '../protocol/generated.ts'

/** The server's maximum length of a message, in bytes. Until the server has sent its limits, this is the protocol's default. */
export function bodyBytesMax(client: Client): number {
  const state = client.connection.value
  return state.kind === 'live' ? state.limits.body_bytes_max : LIMITS.body_bytes_max
}
