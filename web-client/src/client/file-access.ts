// Whether this person can attach files, and the code for it, which is loaded when it is first needed.

import { computed, type ReadonlySignal } from '@preact/signals'
import type { SessionState } from '../connection/session.ts'
import { LIMITS } from '../protocol/generated.ts'
import type { FileLimits } from './file-limits.ts'
import type { Files } from './files.ts'

export interface FileAccess {
  /** Whether the server stores files. While there is no connection, what the server said last. */
  readonly isOffered: ReadonlySignal<boolean>
  readonly limits: ReadonlySignal<FileLimits>
  /** Resolves when it is known whether the server stores files, or when it cannot be reached. */
  whenKnown(): Promise<void>
  /** The origin of the Helpline server. Download links are relative to it. */
  readonly origin: string
  /** Whether this browser has stored files of the draft with this name. */
  isKept(draft: string): boolean
  /** Loads the code for files. Rejects if it cannot be loaded; the next call tries again. */
  load(): Promise<Files>
  dispose(): void
}

export function createFileAccess(origin: string, isKept: (draft: string) => boolean, connection: ReadonlySignal<SessionState>, load: () => Promise<Files>): FileAccess {
  let last: { readonly isOffered: boolean; readonly limits: FileLimits } = { isOffered: false, limits: { count: LIMITS.attachments_max, bytes: LIMITS.attachment_bytes_max } }
  const known = computed(() => {
    const state = connection.value
    if (state.kind === 'live') last = { isOffered: state.features.includes('attachments'), limits: { count: state.limits.attachments_max, bytes: state.limits.attachment_bytes_max } }
    return last
  })
  let loading: Promise<Files> | null = null
  let isDisposed = false
  return {
    origin,
    isKept,
    whenKnown: () => Promise.resolve(),
    isOffered: computed(() => known.value.isOffered),
    limits: computed(() => known.value.limits),
    load() {
      loading ??= load().then((files) => {
        if (isDisposed) files.dispose()
        return files
      })
      loading.catch(() => { loading = null })
      return loading
    },
    dispose() {
      isDisposed = true
      void loading?.then((files) => files.dispose(), () => {})
    },
  }
}
