// The desk's public settings, loaded once for the first message: which fields it has, and whether it can have files.

import { thisPage, type Page } from './browser.ts'
import { count, isObject, list, text } from '../protocol/narrow.ts'
import { LIMITS } from '../protocol/generated.ts'
import type { FileLimits } from './file-limits.ts'

export interface DeskConfig {
  /** The names of the server's features. */
  readonly features: readonly string[]
  readonly limits: FileLimits
}

const TIMEOUT_MS = 15_000
let loading: Promise<DeskConfig | null> | null = null

/** Returns null if the server cannot be reached. The next call then tries again. */
export function deskConfig(page: Pick<Page, 'fetch'> = thisPage): Promise<DeskConfig | null> {
  loading ??= load(page).then((config) => {
    if (config === null) loading = null
    return config
  })
  return loading
}

async function load(page: Pick<Page, 'fetch'>): Promise<DeskConfig | null> {
  try {
    const response = await page.fetch('/v1/config', { signal: AbortSignal.timeout(TIMEOUT_MS) })
    const value: unknown = response.ok ? await response.json() : null
    const features = isObject(value) ? list(value['features'], text) : null
    if (!isObject(value) || features === null) return null
    return { features, limits: { count: count(value['attachments_max']) ?? LIMITS.attachments_max, bytes: count(value['attachment_bytes_max']) ?? LIMITS.attachment_bytes_max } }
  } catch {
    return null
  }
}
