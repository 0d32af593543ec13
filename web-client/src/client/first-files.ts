// The files of a customer's first message. A customer without tickets has no live connection, so the server's settings say whether it stores
// files.

import { signal } from '@preact/signals'
import { LIMITS } from '../protocol/generated.ts'
import type { FirstRest } from '../rest/first.ts'
import { storageOr, thisPage, type Page } from './browser.ts'
import type { DeskConfig } from './desk-config.ts'
import { keptFiles } from './draft-files.ts'
import type { FileAccess } from './file-access.ts'
import type { FileLimits } from './file-limits.ts'
import type { Files, FilesParts } from './files.ts'

type Open = (origin: string, parts: Pick<FilesParts, 'user' | 'request' | 'token' | 'storage' | 'unsent'>) => Promise<Files>
const openLater: Open = async (origin, parts) => (await import('./open-files.ts')).openFiles(origin, parts)

/** Creates the access to files for the person whose requests `rest` sends. `desk`: the desk's settings. */
export function createFirstFiles(user: string, rest: FirstRest, desk: Promise<DeskConfig | null>, storage = storageOr('localStorage'), open: Open = openLater, page: Pick<Page, 'location'> = thisPage): FileAccess {
  const isOffered = signal(false)
  const limits = signal<FileLimits>({ count: LIMITS.attachments_max, bytes: LIMITS.attachment_bytes_max })
  let files: Promise<Files> | null = null
  let isDisposed = false
  const known = desk.then((config) => {
    if (config === null) return
    limits.value = config.limits
    isOffered.value = config.features.includes('attachments')
  })
  return {
    origin: page.location.origin,
    whenKnown: () => known,
    isOffered,
    limits,
    isKept: keptFiles(user, storage),
    load() {
      // The unsent messages of a person with tickets are not known here, so no bytes are swept.
      files ??= open('', { user, request: rest.request, token: rest.token, storage, unsent: null }).then((opened) => {
        if (isDisposed) opened.dispose()
        return opened
      })
      files.catch(() => { files = null })
      return files
    },
    dispose() {
      isDisposed = true
      void files?.then((opened) => opened.dispose(), () => {})
    },
  }
}
