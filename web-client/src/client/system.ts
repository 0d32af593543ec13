// The server's readiness checks, reloaded periodically while the page is visible.

import { decodeSystemView } from '../protocol/decoders/admin.ts'
import type { SystemCheck, SystemView } from '../protocol/generated.ts'
import type { Result } from '../rest/request.ts'
import type { Client } from './client.ts'

const ORDER = ['failing', 'unknown', 'ok'] as const

/** Sorts failing checks first, then those with an unknown result. Checks with equal results keep the server's order. */
export function byNeed(checks: readonly SystemCheck[]): readonly SystemCheck[] {
  return checks.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
}

/** Loads the system's state. Only admins may call this, and only if the server has the feature `system`. */
export const askSystem = (client: Pick<Client, 'rest'>): Promise<Result<SystemView>> => client.rest.request('/v1/system', {}, decodeSystemView)
