// A resource that is loaded again periodically while the page is visible.

import type { Clock } from '../connection/transport.ts'
import type { Result } from '../rest/request.ts'
import { clock } from './browser.ts'
import { createResource, type Resource } from './resource.ts'
import { isVisible } from './visibility.ts'

/** Time between two loads, in milliseconds. */
export const POLL_MS = 15_000

export interface PolledParts<T> {
  readonly load: () => Promise<Result<T>>
  readonly time?: Clock
  readonly isSeen?: () => boolean
}

/** Loads the value immediately, and then every 15 seconds while the page is visible. */
export function createPolled<T>({ load, time = clock, isSeen = isVisible }: PolledParts<T>): Resource<T> {
  const resource = createResource({ load, time })
  let stop = () => {}
  const wait = () => {
    stop = time.after(POLL_MS, () => {
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
