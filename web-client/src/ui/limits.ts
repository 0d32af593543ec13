import type { Desk } from '../app/desk.ts'
import { LIMITS } from '../protocol/generated.ts'

/** As the server says, or as the protocol began, before it has said anything. */
export function bodyBytesMax(desk: Desk): number {
  const state = desk.connection.value
  return state.kind === 'live' ? state.limits.body_bytes_max : LIMITS.body_bytes_max
}
