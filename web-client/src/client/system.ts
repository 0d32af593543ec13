// The server's readiness checks, reloaded periodically while the page is visible.

import type { Clock } from '../connection/transport.ts'
import { decodeSystemView } from '../protocol/decoders/admin.ts'
import type { SystemCheck, SystemView } from '../protocol/generated.ts'
import type { Result } from '../rest/request.ts'
import { clock } from './browser.ts'
import type { Client } from './client.ts'
import { createResource, type Resource } from './resource.ts'
import { isVisible } from './visibility.ts'

export const SYSTEM_REFRESH_MS = 15_000

interface SystemParts {
  readonly load: () => Promise<Result<SystemView>>
  readonly time?: Clock
  readonly isSeen?: () => boolean
}

/** Loads the checks immediately, and then every 15 seconds while the page is visible. */
export function createSystem({ load, time = clock, isSeen = isVisible }: SystemParts): Resource<SystemView> {
  const resource = createResource({ load, time })
  let stop = () => {}
  const wait = () => {
    stop = time.after(SYSTEM_REFRESH_MS, () => {
      wait()
      if (isSeen()) void resource.reload()
    })
  }
  wait()
  return {
    ...resource,
    dispose() {
      stop()
      resource.dispose()
    },
  }
}

const ORDER = ['failing', 'unknown', 'ok'] as const

/** Sorts failing checks first, then those with an unknown result. Checks with equal results keep the server's order. */
export function byNeed(checks: readonly SystemCheck[]): readonly SystemCheck[] {
  return checks.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
}

/** Loads the system's state. Only admins may call this, and only if the server has the feature `system`. */
export const askSystem = (client: Pick<Client, 'rest'>): Promise<Result<SystemView>> => client.rest.request('/v1/system', {}, decodeSystemView)
